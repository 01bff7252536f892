"""The auditor's commands: each part asks the records one kind of question and prints the answer."""
