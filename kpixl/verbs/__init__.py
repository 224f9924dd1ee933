"""What an owner can have done, one module a verb. Each one does all of its work or leaves every file as it was."""
