"""Routes of the sql feature."""

from fastapi import APIRouter

router = APIRouter(tags=["sql"])
