-- A batch is a sliver of the library, and of its work tables the planner knows nothing: whatever belongs to a child is
-- found by its index, instead of reading all links, custody and cases of the library for each batch. Till the transaction
-- ends.
-- in: nothing   out: nothing
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('random_page_cost', '1.1', true);
