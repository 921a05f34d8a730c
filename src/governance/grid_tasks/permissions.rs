//! Who may do what: workers reach their blocks, staff their community; the street reads.

people::permissions! {
    /// Write a new version of a checklist, as a draft.
    ChecklistCreate "checklist_create" [CommunityStaff Grid];
    /// List checklists of one's community.
    ChecklistList "checklist_list" [GridWorker Community, CommunityStaff Grid, StreetStaff Grid];
    /// See one version of a checklist.
    ChecklistFind "checklist_find" [GridWorker Community, CommunityStaff Grid, StreetStaff Grid];
    /// Put another person's draft of a checklist in force.
    ChecklistApprove "checklist_approve" [CommunityStaff Grid];
    /// Refuse another person's draft of a checklist.
    ChecklistRefuse "checklist_refuse" [CommunityStaff Grid];
    /// Plan recurring grid tasks.
    GridTaskPlanCreate "grid_task_plan_create" [GridWorker Grid, CommunityStaff Grid];
    /// List plans of recurring grid tasks.
    GridTaskPlanList "grid_task_plan_list" [GridWorker Grid, CommunityStaff Grid, StreetStaff Grid];
    /// See a plan of recurring grid tasks.
    GridTaskPlanFind "grid_task_plan_find" [GridWorker Grid, CommunityStaff Grid, StreetStaff Grid];
    /// End a plan of recurring grid tasks.
    GridTaskPlanEnd "grid_task_plan_end" [GridWorker Grid, CommunityStaff Grid];
    /// Plan one grid task.
    GridTaskCreate "grid_task_create" [GridWorker Grid, CommunityStaff Grid];
    /// List grid tasks.
    GridTaskList "grid_task_list" [GridWorker Grid, CommunityStaff Grid, StreetStaff Grid];
    /// See a grid task with its route.
    GridTaskFind "grid_task_find" [GridWorker Grid, CommunityStaff Grid, StreetStaff Grid];
    /// Begin a grid task.
    GridTaskStart "grid_task_start" [GridWorker Grid, CommunityStaff Grid];
    /// Tick a stop of a grid task's route.
    GridTaskStopTick "grid_task_stop_tick" [GridWorker Grid, CommunityStaff Grid];
    /// Make a hazard found at a stop a request, with a re-inspection.
    GridTaskStopHazard "grid_task_stop_hazard" [GridWorker Grid, CommunityStaff Grid];
    /// Finish a grid task with its result.
    GridTaskFinish "grid_task_finish" [GridWorker Grid, CommunityStaff Grid];
    /// Review a finished grid task.
    GridTaskReview "grid_task_review" [CommunityStaff Grid];
    /// Give a finished grid task back.
    GridTaskReturn "grid_task_return" [CommunityStaff Grid];
    /// Cancel a grid task.
    GridTaskCancel "grid_task_cancel" [GridWorker Grid, CommunityStaff Grid];
}
