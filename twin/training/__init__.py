"""Teacher → student → quantised model → card (extra ``train``)."""
