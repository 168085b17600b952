"""The needle itself: contact, drilling, its lumen, its point, its shaft as a beam."""
