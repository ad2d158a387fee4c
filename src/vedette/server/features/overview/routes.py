"""Routes of the overview feature."""

from fastapi import APIRouter

router = APIRouter(tags=["overview"])
