"""How every form of the site looks, so that `{{ form }}` is enough in a template."""

from django.forms.renderers import TemplatesSetting


class VaultFormRenderer(TemplatesSetting):
    """Render forms and fields by our components; widgets stay Django's."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
