//! Who may do what: taking part reaches as far as the person's community (the whole street for people who work here), running
//! a project as far as the staff's own unit, the contact's organization, or the person named as organizer.

people::permissions! {
    /// Enter a volunteering project as a draft.
    ProjectCreate "project_create" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization];
    /// List the projects of one's community.
    ProjectList "project_list" [Resident Community, Volunteer Community, NewEmployment Street, PartyMember Community, BuildingHead Community, GridWorker Community, CommunityStaff Community, OrganizationContact Organization, StreetStaff Grid, Auditor Community];
    /// See a project.
    ProjectFind "project_find" [Resident Community, Volunteer Community, NewEmployment Street, PartyMember Community, BuildingHead Community, GridWorker Community, CommunityStaff Community, OrganizationContact Organization, StreetStaff Grid, Auditor Community];
    /// Edit a project that isn't closed.
    ProjectUpdate "project_update" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Open a draft for the public.
    ProjectOpen "project_open" [CommunityStaff Grid, GridWorker Grid];
    /// Close a project.
    ProjectClose "project_close" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization];
    /// Plan a shift.
    ShiftCreate "shift_create" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// List shifts of one's community.
    ShiftList "shift_list" [Resident Community, Volunteer Community, NewEmployment Street, PartyMember Community, BuildingHead Community, GridWorker Community, CommunityStaff Community, OrganizationContact Organization, StreetStaff Grid, Auditor Community];
    /// See a shift.
    ShiftFind "shift_find" [Resident Community, Volunteer Community, NewEmployment Street, PartyMember Community, BuildingHead Community, GridWorker Community, CommunityStaff Community, OrganizationContact Organization, StreetStaff Grid, Auditor Community];
    /// Edit a planned shift; all are told.
    ShiftUpdate "shift_update" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Cancel a shift; all are told.
    ShiftCancel "shift_cancel" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Show the rotating check-in code of a shift.
    ShiftCode "shift_code" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Sign up for a shift.
    SignUpCreate "sign_up_create" [Person Own, Resident Community, Volunteer Community, NewEmployment Street];
    /// Sign members of one's team up for a shift.
    SignUpCreateTeam "sign_up_create_team" [Resident Community, Volunteer Community, NewEmployment Street];
    /// Withdraw from a shift; the first who waits moves up.
    SignUpWithdraw "sign_up_withdraw" [Person Own];
    /// List one's own sign-ups.
    SignUpListMine "sign_up_list_mine" [Person Own];
    /// List who signed up for a shift that one runs.
    SignUpList "sign_up_list" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Check in with the code on the organiser's screen.
    ShiftCheckIn "shift_check_in" [Resident Own, Volunteer Own, NewEmployment Own];
    /// Check out with the code on the organiser's screen.
    ShiftCheckOut "shift_check_out" [Resident Own, Volunteer Own, NewEmployment Own];
    /// Tick somebody who has no phone; a second person decides.
    ShiftTick "shift_tick" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// List hours of the projects that one runs.
    HoursList "hours_list" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, StreetStaff Grid, Resident Own, Volunteer Own];
    /// Approve hours: points follow by the rule in force at that time.
    HoursApprove "hours_approve" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Refuse hours with a reason.
    HoursRefuse "hours_refuse" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Approve up to 200 records of hours at once.
    HoursApproveBulk "hours_approve_bulk" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// Enter hours by hand; a second person decides.
    HoursRecord "hours_record" [CommunityStaff Grid, GridWorker Grid, OrganizationContact Organization, Resident Own, Volunteer Own];
    /// List one's own hours.
    HoursListMine "hours_list_mine" [Person Own];
    /// One's own totals.
    HoursTotalsMine "hours_totals_mine" [Person Own];
    /// One's own certificate, to be printed.
    HoursCertificateMine "hours_certificate_mine" [Person Own];
    /// Make a team.
    TeamCreate "team_create" [Resident Community, Volunteer Community, NewEmployment Street];
    /// List the teams that one is in.
    TeamList "team_list" [Person Own];
    /// See a team that one is in.
    TeamFind "team_find" [Person Own];
    /// Join a team by its code.
    TeamJoin "team_join" [Resident Community, Volunteer Community, NewEmployment Street];
    /// Leave a team.
    TeamLeave "team_leave" [Person Own];
    /// Make a new code for one's team; the old one ends.
    TeamRenewCode "team_renew_code" [Person Own];
}
