-- Messages whose material was removed because it was due: an old extract does not bring it back.
-- In: import_line, kind (of messages, in sync.forgotten). Out: nothing of material is left there; how many had some, as the
-- rows written.
UPDATE import_line AS staged SET loan_number = NULL, item_number = NULL, title = NULL, author = NULL, text = NULL
WHERE num_nonnulls(loan_number, item_number, title, author, text) > 0
  AND EXISTS (SELECT FROM sync.forgotten WHERE forgotten.kind = %(kind)s AND forgotten.number = staged.message_number);
