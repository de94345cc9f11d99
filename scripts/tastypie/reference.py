#!/usr/bin/python3
"""A Tastypie as it comes, with the resources that the cases ask for: what `npm run tastypie -- --reference <url>` compares with.

    apt-get install python3-django python3-mimeparse python3-lxml python3-defusedxml python3-yaml
    git clone --branch v0.15.1 https://github.com/django-tastypie/django-tastypie /tmp/tastypie
    PYTHONPATH=/tmp/tastypie python3 scripts/tastypie/reference.py 9000

Its data is in memory. Nothing of Stampline's runs on it: it is there so that what the cases say of Tastypie stays measured.
"""
import sys
import tempfile

import django
from django.conf import settings

# The models below are this app's: what refers to what is known of installed apps only.
sys.modules["reference"] = sys.modules[__name__]
settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="reference",
    ROOT_URLCONF=__name__,
    USE_TZ=False,
    APPEND_SLASH=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "reference"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": tempfile.mktemp(".sqlite3")}},
    LOGGING_CONFIG=None,
)
django.setup()

from django import forms  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import include, path  # noqa: E402
from tastypie import fields  # noqa: E402
from tastypie.api import Api  # noqa: E402
from tastypie.authorization import Authorization  # noqa: E402
from tastypie.constants import ALL, ALL_WITH_RELATIONS  # noqa: E402
from tastypie.resources import ModelResource  # noqa: E402
from tastypie.validation import FormValidation  # noqa: E402


class SourcePackage(models.Model):
    name = models.CharField(max_length=200, unique=True)

    class Meta:
        app_label = "reference"
        ordering = ["id"]


class Upload(models.Model):
    sourcepackage = models.ForeignKey(SourcePackage, on_delete=models.CASCADE)
    version = models.CharField(max_length=200)

    class Meta:
        app_label = "reference"
        ordering = ["id"]


class BinaryPackage(models.Model):
    name = models.CharField(max_length=200)
    sourcepackage = models.ForeignKey(SourcePackage, on_delete=models.CASCADE)
    version = models.CharField(max_length=200)

    class Meta:
        app_label = "reference"
        ordering = ["id"]


class Person(models.Model):
    name = models.CharField(max_length=4096)
    email = models.CharField(max_length=200)
    is_team = models.BooleanField(default=False)

    class Meta:
        app_label = "reference"
        ordering = ["id"]


class Ticket(models.Model):
    title = models.CharField(max_length=4096)
    owner = models.CharField(max_length=200, blank=True, default="")
    bug_id = models.CharField(max_length=200, null=True)
    current_workflow_step = models.CharField(max_length=4, default="100")
    status = models.CharField(max_length=4, default="000")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "reference"
        ordering = ["id"]


class Project(models.Model):
    name = models.CharField(max_length=200)
    settings = models.TextField(default="{}")

    class Meta:
        app_label = "reference"
        ordering = ["id"]


MODELS = [SourcePackage, Upload, BinaryPackage, Person, Ticket, Project]


class PersonForm(forms.Form):
    name = forms.CharField()
    email = forms.EmailField()


class SourcePackageResource(ModelResource):
    class Meta:
        queryset = SourcePackage.objects.all()
        resource_name = "sourcepackage"
        authorization = Authorization()
        filtering = {"id": ALL, "name": ALL}
        ordering = ["id", "name"]


class UploadResource(ModelResource):
    sourcepackage = fields.ForeignKey(SourcePackageResource, "sourcepackage")

    class Meta:
        queryset = Upload.objects.all()
        resource_name = "spu"
        authorization = Authorization()
        filtering = {"id": ALL, "version": ALL, "sourcepackage": ALL_WITH_RELATIONS}
        ordering = ["id", "version", "sourcepackage"]


class BinaryPackageResource(ModelResource):
    sourcepackage = fields.ForeignKey(SourcePackageResource, "sourcepackage")

    class Meta:
        queryset = BinaryPackage.objects.all()
        resource_name = "binarypackage"
        authorization = Authorization()


class PersonResource(ModelResource):
    class Meta:
        queryset = Person.objects.all()
        resource_name = "person"
        authorization = Authorization()
        validation = FormValidation(form_class=PersonForm)
        filtering = {"id": ALL, "is_team": ALL}


TICKET = {"id": ALL, "title": ALL, "bug_id": ALL, "current_workflow_step": ALL, "created_at": ALL}


class TicketResource(ModelResource):
    class Meta:
        queryset = Ticket.objects.all()
        resource_name = "ticket"
        authorization = Authorization()
        filtering = TICKET
        ordering = ["id", "title"]


class StatusResource(ModelResource):
    class Meta:
        queryset = Ticket.objects.all()
        resource_name = "ticketstatus"
        allowed_methods = ["get"]
        fields = ["id", "title", "current_workflow_step", "status"]


class OpenResource(ModelResource):
    class Meta:
        queryset = Ticket.objects.all()
        resource_name = "opentickets"
        allowed_methods = ["get"]


class UpdateResource(ModelResource):
    class Meta:
        queryset = Ticket.objects.all()
        resource_name = "updateticketstatus"
        authorization = Authorization()
        list_allowed_methods = []
        detail_allowed_methods = ["patch"]
        fields = ["current_workflow_step", "status"]


class ProjectResource(ModelResource):
    class Meta:
        queryset = Project.objects.all()
        resource_name = "project"
        authorization = Authorization()
        filtering = {"id": ALL, "name": ALL}


api = Api(api_name="v1")
for resource in [
    SourcePackageResource,
    UploadResource,
    BinaryPackageResource,
    PersonResource,
    TicketResource,
    StatusResource,
    OpenResource,
    UpdateResource,
    ProjectResource,
]:
    api.register(resource())

urlpatterns = [path("api/", include(api.urls))]

if __name__ == "__main__":
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from django.core.wsgi import get_wsgi_application

    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_args):
            pass

        def get_environ(self):
            """wsgiref makes text/plain of no content type."""
            environ = super().get_environ()
            if self.headers.get("content-type") is None:
                environ.pop("CONTENT_TYPE", None)
            return environ

    django_application = get_wsgi_application()

    def application(environ, start_response):
        """wsgiref sends a body to HEAD, too, which no client takes."""
        body = django_application(environ, start_response)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    make_server("127.0.0.1", int(sys.argv[1]), application, handler_class=Quiet).serve_forever()
