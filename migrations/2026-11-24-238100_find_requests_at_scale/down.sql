COMMENT ON COLUMN request_search.tok IS 'Bigrams of the text and the last character of each run [class: personal] [retention: as the text, until it is erased]';
UPDATE request_search s SET tok = ts_delete(s.tok, ARRAY(SELECT lexeme FROM unnest(tsvector_to_array(s.tok)) lexeme WHERE starts_with(lexeme, '#')));
DROP INDEX requests_outcome;
DROP INDEX requests_desk;
DROP INDEX requests_state;
DROP INDEX requests_source;
