"""Workers and requesters: accounts, qualifications, messages."""
