"""What a workbook with macros has: functions in VBA, buttons, a tab in the ribbon."""
