DROP TABLE volunteer_sign_ups, volunteer_shifts;
