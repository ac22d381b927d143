"""What finance, medicine, code, science and general questions each need beyond retrieval and a model."""
