DROP TABLE volunteer_team_members, volunteer_teams, volunteer_projects;
