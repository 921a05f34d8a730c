DROP TABLE on_call_turns, request_clocks;
