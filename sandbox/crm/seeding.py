"""Fills an account with many leads in one go, for listings and benchmarks."""

from sandbox.crm.books import Books

NAMES = ("Bouquet", "Roses", "Orchid", "Tulips", "Office plants", "Wedding arch", "Funeral wreath", "Seedlings")


def seed_leads(books: Books, count: int) -> int:
    """Add ``count`` leads, a second apart, and return how many the account has now."""
    pipeline = books.main_pipeline
    stages = [status["id"] for status in pipeline["statuses"] if status["type"] == 0]
    users = [user.id for user in books.account.users.values() if not user.is_free]
    with books.ground.lock:
        first = books.now - count
        for index in range(count):
            number = books.ground.ids.number("lead")
            books.leads[number] = {
                "id": number,
                "name": f"{NAMES[index % len(NAMES)]} {index + 1}",
                "price": (index * 37) % 5000,
                "responsible_user_id": users[index % len(users)],
                "group_id": 0,
                "status_id": stages[index % len(stages)],
                "pipeline_id": pipeline["id"],
                "loss_reason_id": None,
                "created_by": users[0],
                "updated_by": users[0],
                "created_at": first + index,
                "updated_at": first + index,
                "closed_at": None,
                "closest_task_at": None,
                "is_deleted": False,
                "custom_fields_values": None,
                "score": None,
                "account_id": books.account.id,
                "labor_cost": None,
                "tags": [],
                "source_id": None,
            }
    return len(books.leads)
