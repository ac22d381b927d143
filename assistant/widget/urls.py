"""The widget's addresses, and the demo page at the root."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from assistant.widget import demo, views

urlpatterns = [
    path("", demo.page, name="demo"),
    path("favicon.ico", RedirectView.as_view(url=static("widget/mark.svg"))),
    path("widget/v1/widget.js", views.script, name="widget-script"),
    path("widget/v1/token", views.token, name="widget-token"),
    path("widget/v1/ask", views.ask, name="widget-ask"),
    path("widget/v1/answers/<str:answer_id>/events", views.events, name="widget-events"),
    path("widget/v1/answers/<str:answer_id>/feedback", views.opinion, name="widget-feedback"),
]
