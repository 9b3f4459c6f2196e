"""The scheduler: deadlines of cases as commands, when their time has come."""
