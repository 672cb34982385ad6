"""The timeline and the record of accesses can only grow; case numbers come from a sequence."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE cases_number_seq;

CREATE FUNCTION yinuo_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the rows of % can only be added: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON cases_event
    FOR EACH ROW EXECUTE FUNCTION yinuo_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON cases_event
    FOR EACH STATEMENT EXECUTE FUNCTION yinuo_refuse_change();
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE ON cases_seal
    FOR EACH ROW EXECUTE FUNCTION yinuo_refuse_change();
CREATE TRIGGER seal_no_truncate BEFORE TRUNCATE ON cases_seal
    FOR EACH STATEMENT EXECUTE FUNCTION yinuo_refuse_change();
CREATE TRIGGER access_append_only BEFORE UPDATE OR DELETE ON people_accessrecord
    FOR EACH ROW EXECUTE FUNCTION yinuo_refuse_change();
CREATE TRIGGER access_no_truncate BEFORE TRUNCATE ON people_accessrecord
    FOR EACH STATEMENT EXECUTE FUNCTION yinuo_refuse_change();
"""

BACKWARD = """
DROP TRIGGER access_no_truncate ON people_accessrecord;
DROP TRIGGER access_append_only ON people_accessrecord;
DROP TRIGGER seal_no_truncate ON cases_seal;
DROP TRIGGER seal_append_only ON cases_seal;
DROP TRIGGER event_no_truncate ON cases_event;
DROP TRIGGER event_append_only ON cases_event;
DROP FUNCTION yinuo_refuse_change();
DROP SEQUENCE cases_number_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial"), ("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
