"""What a customer's own words say. Pure: knows neither Django nor the database."""
