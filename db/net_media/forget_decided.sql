-- Services that are left out of a run: the next one decides everyone's right to them.
-- in: services   out: nothing
DELETE FROM sync.net_media_decided WHERE service = ANY (%(services)s);
