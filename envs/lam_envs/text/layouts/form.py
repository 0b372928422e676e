"""Form: how the application is labeled, train and held out.

Keys name services, entries and buttons; "order" lists services and extras, "pages" the sections on each page.
"""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Bookings", "Reservations"),
        "flight": ("Flight", "Book a flight"),
        "train": ("Train", "Book a train"),
        "ferry": ("Ferry", "Book a ferry"),
        "hotel": ("Hotel", "Book a hotel room"),
        "cabin": ("Cabin", "Book a cabin"),
        "table": ("Table", "Book a table"),
        "city_from": ("From", "From city"),
        "city_to": ("To", "To city"),
        "city": ("City", "In which city"),
        "date": ("Date", "First date", "On date"),
        "date_to": ("Last date", "Until date"),
        "restaurant": ("Restaurant", "At which restaurant"),
        "hour": ("Hour", "At what hour"),
        "person": ("Name", "Full name"),
        "phone": ("Phone", "Phone number"),
        "seat": ("Seat", "Which seat"),
        "bed": ("Bed", "Which bed"),
        "area": ("Seats", "Where to sit"),
        "meal": ("Meal", "Which meal"),
        "baggage": ("Baggage", "Bags"),
        "class": ("Class", "Which class"),
        "view": ("View", "Which view"),
        "insurance": ("Insurance", "With insurance"),
        "newsletter": ("Newsletter", "Send the newsletter"),
        "reminder": ("Reminder", "Send a reminder"),
        "breakfast": ("Breakfast", "With breakfast"),
        "parking": ("Parking", "With parking"),
        "highchair": ("High chair", "With a high chair"),
        "next": ("Next", "Next page"),
        "submit": ("Book", "Send booking", "Submit"),
        "order": (
            "flight train ferry hotel cabin table seat meal baggage class area bed view breakfast parking highchair "
            "insurance newsletter reminder",
            "hotel cabin table flight ferry train class seat bed baggage meal area parking view highchair breakfast "
            "reminder insurance newsletter",
        ),
        "pages": ("what who/extras", "what/who extras", "what who extras"),
    },
    "held_out": {
        "application": ("Booking desk", "Trips and tables"),
        "flight": ("Reserve a flight", "New flight"),
        "train": ("Reserve a train", "New train"),
        "ferry": ("Reserve a ferry", "New ferry"),
        "hotel": ("Reserve a hotel room", "New hotel room"),
        "cabin": ("Reserve a cabin", "New cabin"),
        "table": ("Reserve a table", "New table"),
        "city_from": ("City you start from", "Out of city"),
        "city_to": ("City you go to", "Into city"),
        "city": ("Which city", "Your city"),
        "date": ("Which date", "Date it starts"),
        "date_to": ("Date it ends", "To date"),
        "restaurant": ("Which restaurant", "Restaurant name"),
        "hour": ("Which hour", "Hour of the booking"),
        "person": ("Your name", "Booking for"),
        "phone": ("Call at", "Your phone number"),
        "seat": ("Your seat", "Kind of seat"),
        "bed": ("Your bed", "Kind of bed"),
        "area": ("Your seats", "Seats are"),
        "meal": ("Your meal", "Kind of meal"),
        "baggage": ("Your baggage", "How many bags"),
        "class": ("Your class", "Kind of ticket"),
        "view": ("Your view", "Kind of view"),
        "insurance": ("Add insurance", "Take insurance"),
        "newsletter": ("Add the newsletter", "Get the newsletter"),
        "reminder": ("Add a reminder", "Get a reminder"),
        "breakfast": ("Add breakfast", "Take breakfast"),
        "parking": ("Add parking", "Parking place"),
        "highchair": ("Add a high chair", "Bring a high chair"),
        "next": ("Continue", "Go to next page"),
        "submit": ("Finish booking", "Send it"),
        "order": (
            "table ferry cabin flight hotel train newsletter reminder insurance highchair parking breakfast view bed "
            "area class baggage meal seat",
            "train hotel ferry table cabin flight insurance view meal reminder area seat class newsletter parking "
            "baggage bed breakfast highchair",
        ),
        "pages": ("who what/extras", "extras/what who", "who/what/extras"),
    },
}
# fmt: on
