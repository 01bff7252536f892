"""An approver's own fresh sign-in for one decision: asked for in Teams, made on a page of ours, handed back to Teams."""
