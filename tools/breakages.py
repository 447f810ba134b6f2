"""What tools/break_it.py breaks: a line at a time, as a careless colleague might, and who must notice."""

from typing import NamedTuple


class Breakage(NamedTuple):
    """One promise that is broken."""

    about: str
    """What no longer holds, for the table."""
    file: str
    """Below ``src/handlens``, or in the root where no such file is there."""
    old: str
    """The text as it stands, once in the file."""
    new: str
    test: str
    """The test that must fail, below ``tests``."""


RECORDINGS = [
    Breakage(
        "a frame's digest isn't compared",
        "recording/files.py",
        "if (found := sha256(content)) != digest:",
        "if not (found := sha256(content)):",
        "recording/test_reader.py::test_a_flipped_byte_is_found_in_any_frame",
    ),
    Breakage(
        "the header's digest isn't compared",
        "recording/folder.py",
        "if header.sha256 is not None and sha256(_blank(content)) != header.sha256:",
        "if header.sha256 is not None and not sha256(_blank(content)):",
        "recording/test_damage.py::test_a_flipped_bit_of_header_and_log_is_found",
    ),
    Breakage(
        "a log line's check sum isn't compared",
        "recording/folder.py",
        "if zlib.crc32(told) != int(found[1], 16):",
        "if not int(found[1], 16):",
        "recording/test_damage.py::test_a_flipped_bit_of_header_and_log_is_found",
    ),
    Breakage(
        "what is kept is taken whatever its digest says",
        "recording/files.py",
        "if told.get(_DIGEST) == sha256(pack(tensors)):",
        "if _DIGEST in told:",
        "recording/test_damage.py::test_what_is_kept_is_what_was_computed_or_nothing",
    ),
    Breakage(
        "the old file goes before the new one has its name",
        "whole.py",
        "        os.replace(temporary, path)\n",
        "        path.unlink(missing_ok=True)\n        os.replace(temporary, path)\n",
        "recording/test_crashes.py::test_a_recording_survives_an_end_at_every_touch_of_the_disk",
    ),
    Breakage(
        "a failed write leaves its temporary file",
        "whole.py",
        "        temporary.unlink(missing_ok=True)\n",
        "",
        "test_whole.py::test_a_disk_that_fails_leaves_the_old_file",
    ),
    Breakage(
        "a new file isn't flushed before it is renamed",
        "whole.py",
        "            os.fsync(stream.fileno())\n",
        "",
        "trust/test_power_cut.py::test_a_file_is_on_the_disk_before_it_has_its_name",
    ),
    Breakage(
        "the log isn't flushed before the header says finished",
        "recording/writer.py",
        "os.fsync(self._log.fileno())",
        "self._log.flush()",
        "recording/test_writer.py::test_the_log_is_on_the_disk_before_the_header_says_finished",
    ),
    Breakage(
        "a state's folder isn't flushed before the older state goes",
        "recording/states.py",
        "    sync_folder(path.parent)  # before the older one goes, or a power cut might leave neither\n"
        "    remove_others(path)\n",
        "    remove_others(path)\n    sync_folder(path.parent)\n",
        "trust/test_power_cut.py::test_a_state_is_on_the_disk_before_the_older_one_goes",
    ),
    Breakage(
        "the log names a frame before it is there",
        "recording/writer.py",
        '"""Keep the weights of a step."""\n        content = pack(weights)\n',
        '"""Keep the weights of a step."""\n        content = pack(weights)\n'
        "        self.log(FrameLine(step=step, sha256=sha256(content)))\n",
        "recording/test_crashes.py::test_a_recording_survives_an_end_at_every_touch_of_the_disk",
    ),
    Breakage(
        "dropped frames are deleted before a state is saved without them",
        "engine/recorder.py",
        "            self.save_state(step)\n            self.writer.remove(going)\n",
        "            self.writer.remove(going)\n            self.save_state(step)\n",
        "recording/test_crashes.py::test_a_recording_survives_an_end_at_every_touch_of_the_disk",
    ),
    Breakage(
        "a lock is a file that a killed training leaves",
        "recording/folder.py",
        "from filelock import FileLock, Timeout",
        "from filelock import SoftFileLock as FileLock, Timeout",
        "recording/test_crashes.py::test_a_recording_survives_an_end_at_every_touch_of_the_disk",
    ),
    Breakage(
        "whoever waited for the lock doesn't look again",
        "recording/writer.py",
        "writer.header = _resumable(folder)  # again",
        "writer.header = writer.header  # again",
        "recording/test_writer.py::test_a_training_that_ended_while_we_waited_is_left_alone",
    ),
    Breakage(
        "an existing folder is recorded into",
        "recording/writer.py",
        "if folder.exists():",
        "if (folder / HEADER).is_symlink():",
        "recording/test_writer.py::test_an_existing_folder_is_refused_and_left_alone",
    ),
    Breakage(
        "a state with a flipped bit is resumed",
        "recording/states.py",
        "if sha256(content).startswith(digest):",
        "if digest:",
        "recording/test_damage.py::test_a_state_of_which_a_bit_is_flipped_is_none",
    ),
    Breakage(
        "a state's fields are taken as they come",
        "recording/states.py",
        'model_config = ConfigDict(extra="forbid", strict=True)',
        "model_config = ConfigDict()",
        "recording/test_damage.py::test_a_state_that_says_something_else_is_none",
    ),
    Breakage(
        "a state is resumed whose log is gone",
        "recording/states.py",
        "0 <= saved.log_bytes <= length",
        "0 <= saved.log_bytes",
        "recording/test_states.py::test_one_whose_log_is_gone_does_not_count",
    ),
    Breakage(
        "a resume goes on behind the lines of what is lost",
        "recording/writer.py",
        "        os.truncate(self.folder / LOG, log_bytes)\n",
        "",
        "recording/test_writer.py::test_a_resume_cuts_what_came_after_the_state",
    ),
    Breakage(
        "a state without the optimiser's memory is resumed",
        "engine/trainer.py",
        'if self.step > 0 and optimiser.remembers and not parts["moments"]:',
        'if optimiser.remembers and "moments" not in parts:',
        "engine/test_session.py::test_a_state_that_lacks_a_part_isnt_resumed",
    ),
    Breakage(
        "a newer format is read as if it were this one",
        "recording/folder.py",
        "if isinstance(version, int) and version > FORMAT:",
        "if isinstance(version, int) and version < 0:",
        "recording/test_reader.py::test_what_is_no_whole_recording_is_refused",
    ),
]

TWICE = [
    Breakage(
        "an epoch is seeded by Python's hash, another in each process",
        "engine/batches.py",
        "mixed = (seed * _EPOCHS_A_SEED + counter) % 2**63",
        'mixed = hash(f"{seed} {counter}") % 2**63',
        "trust/test_twice.py::test_two_processes_make_the_same[default]",
    ),
    Breakage(
        "the order of an epoch is drawn from everybody's generator",
        "engine/batches.py",
        "return torch.randperm(n, generator=generator(recipe.seed, epoch))",
        "return torch.randperm(n)",
        "engine/test_session.py::test_the_same_twice",
    ),
    Breakage(
        "each epoch moves the digits alike",
        "engine/batches.py",
        "draw = generator(~recipe.seed & 0xFFFFFFFF, epoch)",
        "draw = generator(~recipe.seed & 0xFFFFFFFF, 0)",
        "engine/test_batches.py::test_shifts_reach_everywhere_and_depend_on_seed_and_epoch_alone",
    ),
    Breakage(
        "a resume elsewhere says nothing of it",
        "engine/session.py",
        "if elsewhere := _differences(recorded, began):",
        "if elsewhere := None:",
        "engine/test_session.py::test_a_resume_elsewhere_says_what_is_another_there",
    ),
]

FILES = [
    Breakage(
        "a limit of bytes is taken for one of kilobytes",
        "untrusted.py",
        "if size > most:",
        "if size > most << 10:",
        "test_untrusted.py::test_a_file_is_read_up_to_its_limit",
    ),
    Breakage(
        "a device is read like a file",
        "untrusted.py",
        "if not stat.S_ISREG(mode):",
        "if stat.S_ISFIFO(mode):",
        "test_untrusted.py::test_what_is_no_ordinary_file_is_never_waited_for",
    ),
    Breakage(
        "links aren't followed before it is seen where they lead",
        "untrusted.py",
        "leads = Path(os.path.realpath(path))",
        "leads = Path(os.path.abspath(path))",
        "test_untrusted.py::test_a_link_that_leads_out_is_refused",
    ),
    Breakage(
        "a folder whose name begins alike counts as inside",
        "untrusted.py",
        "if not leads.is_relative_to(os.path.realpath(folder)):",
        "if not str(leads).startswith(os.path.realpath(folder)):",
        "test_untrusted.py::test_a_folder_whose_name_begins_alike_is_outside",
    ),
    Breakage(
        "'..' is looked for at a name's start alone",
        "untrusted.py",
        'if ".." in Path(name).parts:',
        'if name.startswith(".."):',
        "test_untrusted.py::test_names_that_lead_out_are_refused",
    ),
    Breakage(
        "of two equal keys the last is taken",
        "untrusted.py",
        "if len(found) < len(pairs):",
        "if len(found) > len(pairs):",
        "test_untrusted.py::test_json_that_readers_take_differently_is_refused",
    ),
    Breakage(
        "nesting isn't counted",
        "untrusted.py",
        "        _check_depth(value)\n",
        "",
        "test_untrusted.py::test_nesting_is_counted_exactly_and_not_in_strings",
    ),
    Breakage(
        "Python's own limit of nesting comes through",
        "untrusted.py",
        "    except RecursionError:\n",
        "    except MemoryError:\n",
        "test_untrusted.py::test_nesting_is_bounded",
    ),
    Breakage(
        "a header may be longer than its file",
        "untrusted.py",
        "if len(content) < 8 or length > len(content) - 8:",
        "if len(content) < 8 or length < 0:",
        "test_untrusted.py::test_what_is_no_header_is_refused",
    ),
    Breakage(
        "a recording's header may be a link to anywhere",
        "recording/folder.py",
        "content = read_whole(path, MOST_HEADER, folder)",
        "content = read_whole(path, MOST_HEADER)",
        "recording/test_damage.py::test_a_link_out_of_the_recording_is_refused",
    ),
    Breakage(
        "a picture of an export may be a link to anywhere",
        "teach/exchange.py",
        "untrusted.read(source / name, most, within=source)",
        "untrusted.read(source / name, most)",
        "teach/test_corrections.py::test_links_out_of_the_folder_are_refused",
    ),
    Breakage(
        "a CSV may name any file",
        "evaluate/sets.py",
        "untrusted.place(path.parent, line[0], within=given)",
        "path.parent / line[0]",
        "evaluate/test_sets.py::test_a_csv_may_not_lead_out_of_its_folder",
    ),
    Breakage(
        "a zip's limit is of its packed bytes",
        "teach/exchange.py",
        "if entry.file_size > most:",
        "if entry.compress_size > most:",
        "teach/test_corrections.py::test_a_zip_that_would_fill_the_memory_is_refused",
    ),
    Breakage(
        "a gzip file is unpacked further than it declares",
        "data/idx.py",
        "stream.read(min(_CHUNK, declared + 1 - len(values)))",
        "stream.read(_CHUNK)",
        "data/test_idx.py::test_a_gzip_bomb_stops_at_the_declared_size",
    ),
    Breakage(
        "a dimension of none hides an absurd one",
        "data/idx.py",
        "return math.prod(max(size, 1) for size in shape) * TYPES[kind][1].itemsize",
        "return math.prod(shape) * TYPES[kind][1].itemsize",
        "data/test_idx.py::test_damage_is_named",
    ),
    Breakage(
        "a graph's tensors aren't added up",
        "graph/model.py",
        "        self._check_totals(shapes, tensors)\n",
        "",
        "graph/test_model.py::test_many_nodes_may_not_add_up_to_more_than_the_memory",
    ),
    Breakage(
        "a checkpoint may run code",
        "engine/foreign.py",
        "weights_only=True",
        "weights_only=False",
        "engine/test_foreign.py::test_what_holds_no_such_weights_is_refused",
    ),
]

PICTURES = [
    Breakage(
        "a JPEG's scans aren't counted",
        "reading/efforts.py",
        "if scans > MOST_SCANS:",
        "if tables > MOST_SCANS:",
        "reading/test_efforts.py::test_small_files_that_ask_for_much_are_refused_soon",
    ),
    Breakage(
        "a JPEG's scans aren't held against its size",
        "reading/efforts.py",
        "if scans * pixels > MOST_SCANNED:",
        "if pixels > MOST_SCANNED:",
        "reading/test_efforts.py::test_small_files_that_ask_for_much_are_refused_soon",
    ),
    Breakage(
        "a WebP's canvas counts a byte a pixel",
        "reading/efforts.py",
        "math.prod(_webp_canvas(data)) * WEBP_BYTES",
        "math.prod(_webp_canvas(data))",
        "reading/test_efforts.py::test_small_files_that_ask_for_much_are_refused_soon",
    ),
    Breakage(
        "sixteen bits a channel count as eight",
        "reading/efforts.py",
        "_check_decoded(pixels * _png_bits(data) // 8, name)",
        "_check_decoded(pixels * 4, name)",
        "reading/test_efforts.py::test_small_files_that_ask_for_much_are_refused_soon",
    ),
    Breakage(
        "pieces of a file aren't counted",
        "reading/efforts.py",
        "        self._left -= 1\n",
        "",
        "reading/test_efforts.py::test_small_files_that_ask_for_much_are_refused_soon",
    ),
    Breakage(
        "a size is looked at side by side only",
        "reading/pictures.py",
        "if height * width > MOST_PIXELS:",
        "if max(height, width) > MOST_PIXELS:",
        "reading/test_pictures.py::test_what_is_no_picture_is_refused_with_the_reason",
    ),
    Breakage(
        "an SVG is known by its first word alone",
        "reading/pictures.py",
        'if b"<svg" in head:',
        'if head.startswith(b"<svg"):',
        "reading/test_pictures.py::test_what_is_no_picture_is_refused_with_the_reason",
    ),
    Breakage(
        "whatever Pillow opens is decoded",
        "reading/pictures.py",
        'raise InkError(f"{name} is {_kind(data)}; expected {FORMATS}.")',
        "return Image.open(Metered(data, name))",
        "reading/test_pictures.py::test_what_is_no_picture_is_refused_with_the_reason",
    ),
    Breakage(
        "a decoder's exception comes through",
        "reading/pictures.py",
        "    with _refusing(name), _quiet():\n",
        "    with _quiet():\n",
        "reading/test_pictures.py::test_what_is_no_picture_is_refused_with_the_reason",
    ),
]

SERVER = [
    Breakage(
        "it listens to the whole network",
        "serve/server.py",
        "listen(port, EVERYWHERE if lan else HOST)",
        "listen(port, EVERYWHERE)",
        "serve/test_lan.py::test_it_listens_everywhere_only_when_asked_to",
    ),
    Breakage(
        "who only looks at a page needs no token",
        "serve/lan.py",
        'if scope["type"] != "http" or from_here(scope):',
        'if scope["type"] != "http" or from_here(scope) or scope["method"] == "GET":',
        "serve/test_lan.py::test_others_need_the_token",
    ),
    Breakage(
        "a token's comparison tells by its time how much was right",
        "serve/lan.py",
        "return secrets.compare_digest(given.encode(), self._token.encode())",
        "return given == self._token",
        "serve/test_lan.py::test_the_token_is_compared_in_constant_time",
    ),
    Breakage(
        "a header says who asks",
        "serve/server.py",
        "proxy_headers=False,",
        "proxy_headers=True,",
        "serve/test_lan.py::test_what_a_header_says_of_who_asks_is_not_believed",
    ),
    Breakage(
        "any name is answered (DNS rebinding)",
        "serve/app.py",
        "    app.add_middleware(Hosts, names=names)\n",
        "",
        "serve/test_app.py::test_a_foreign_name_is_refused",
    ),
    Breakage(
        "the page's policy lets inline scripts run",
        "page/shell.py",
        "script-src 'self' {_digest(imports)} {_digest(ENTRY)}; style-src 'self'; ",
        "script-src 'self' 'unsafe-inline'; style-src 'self'; ",
        "serve/test_app.py::test_the_policy_names_no_other_origin",
    ),
    Breakage(
        "other pages may show it within themselves",
        "serve/guard.py",
        "policy if framed else f\"{policy}; frame-ancestors 'none'\"",
        "policy",
        "serve/test_app.py::test_every_answer_tells_the_browser_what_to_refuse",
    ),
    Breakage(
        "a body's bytes are counted piece by piece",
        "serve/bodies.py",
        'self._seen += len(message.get("body", b""))',
        'self._seen = len(message.get("body", b""))',
        "serve/test_read.py::test_a_body_that_is_too_long_is_413_however_it_comes",
    ),
    Breakage(
        "every address takes as much as a picture may have",
        "serve/bodies.py",
        "self._most if picture else self._most_json",
        "self._most",
        "serve/test_bodies.py::test_json_is_short",
    ),
    Breakage(
        "each byte of a body begins its time anew",
        "serve/bodies.py",
        "        if self._until is None:\n            self._until =",
        "        if self._until is None or self._seen:\n            self._until =",
        "serve/test_bodies.py::test_a_body_that_drips_is_no_sign_of_life",
    ),
    Breakage(
        "each byte of a header begins its time anew",
        "serve/connections.py",
        "        if not self._awaiting:\n            self._asked_since = None\n",
        "        self._asked_since = self.loop.time() if self._awaiting else None\n",
        "serve/test_connections.py::test_a_header_that_drips_is_no_sign_of_life",
    ),
    Breakage(
        "uvicorn chooses who reads the headers",
        "serve/server.py",
        "http=Connection,",
        'http="h11",',
        "serve/test_connections.py::test_of_many_too_many_nobody_is_heard",
    ),
    Breakage(
        "one more than there are places is let in",
        "serve/turns.py",
        "if self.taken == self._places:",
        "if self.taken > self._places:",
        "serve/test_read.py::test_few_are_read_at_a_time_a_few_wait_and_the_rest_are_told_when",
    ),
    Breakage(
        "nobody is told when to come again",
        "serve/turns.py",
        'raise HTTPException(503, self._busy, {"Retry-After": str(self._seconds)})',
        "raise HTTPException(503, self._busy)",
        "serve/test_read.py::test_few_are_read_at_a_time_a_few_wait_and_the_rest_are_told_when",
    ),
    Breakage(
        "a refused picture keeps its place",
        "serve/turns.py",
        "        try:\n            yield\n        finally:\n            self.taken -= 1\n",
        "        yield\n        self.taken -= 1\n",
        "serve/test_read.py::test_a_refused_picture_gives_its_place_back",
    ),
    Breakage(
        "a reading may take a hundred times as long",
        "serve/workers.py",
        "self._until = monotonic() + seconds",
        "self._until = monotonic() + 100 * seconds",
        "serve/test_workers.py::test_what_ends_a_process_is_422_and_the_next_is_read",
    ),
    Breakage(
        "a process that reads may take all memory",
        "reading/worker.py",
        '"RLIMIT_AS": MEMORY, ',
        "",
        "serve/test_workers.py::test_what_ends_a_process_is_422_and_the_next_is_read",
    ),
    Breakage(
        "pages of other origins may send pictures",
        "serve/app.py",
        "    app.add_middleware(SameOrigin)\n",
        "",
        "serve/test_read.py::test_pages_of_other_origins_are_refused",
    ),
    Breakage(
        "teaching is on without --teach",
        "cli/serve.py",
        "teaches=partial(_learn, network, workers) if teach else None,",
        "teaches=partial(_learn, network, workers),",
        "test_cli_serve.py::test_it_serves_this_computer_alone",
    ),
    Breakage(
        "trainings are on without --live",
        "cli/serve.py",
        "live=server.Live() if live else None,",
        "live=server.Live(),",
        "test_cli_serve.py::test_it_serves_this_computer_alone",
    ),
    Breakage(
        "others of the network may correct",
        "serve/teaching.py",
        "if not from_here(request.scope):",
        "if request.client is None:",
        "serve/test_lan.py::test_corrections_are_this_computers_own",
    ),
    Breakage(
        "an error names folders of this computer",
        "serve/shelf.py",
        "            error.args = (placeless(str(error), self.run),)\n",
        "",
        "serve/test_rooms.py::test_no_folder_of_this_computer_goes_out",
    ),
    Breakage(
        "a request's id may end in anything",
        "serve/accounts.py",
        "_FIT.fullmatch(given)",
        "_FIT.match(given)",
        "serve/test_accounts.py::test_another_gets_one_of_ours",
    ),
    Breakage(
        "the log quotes what a fault says",
        "serve/accounts.py",
        "    kind = type(error).__name__\n",
        "    kind = repr(error)\n",
        "serve/test_accounts.py::test_a_fault_has_its_place_in_the_code_and_its_id_in_the_answer",
    ),
    Breakage(
        "an address is a label of the metrics",
        "serve/accounts.py",
        'getattr(self._scope.get("route"), "path", ELSEWHERE)',
        'self._scope["path"]',
        "serve/test_metrics.py::test_nobody_can_make_many_of_them",
    ),
    Breakage(
        "SIGTERM breaks off what is being read",
        "serve/server.py",
        "            await self._drained(state.turns)\n",
        "            state.turns.close()\n",
        "serve/test_ending.py::test_a_reading_under_way_is_answered_and_no_other_is_begun",
    ),
    Breakage(
        "a picture is written to the disk",
        "serve/bodies.py",
        "    spool_max_size = MOST_BYTES  # nobody's picture is written to this computer's disk\n",
        "    pass\n",
        "serve/test_read.py::test_no_picture_is_written_to_the_disk",
    ),
]

SUPPLY = [
    Breakage(
        "an unsafe Pillow is allowed",
        "pyproject.toml",
        '"pillow>=12.3"',
        '"pillow>=11"',
        "test_lock.py::test_nothing_older_than_the_safe_versions_is_allowed",
    ),
    Breakage(
        "an older torch is installed",
        "tasks.py",
        'os.environ.get("HANDLENS_TORCH", "torch==2.13.0")',
        'os.environ.get("HANDLENS_TORCH", "torch==2.9.1")',
        "test_lock.py::test_nothing_older_than_the_safe_versions_is_pinned_or_installed",
    ),
    Breakage(
        "the lock's hashes aren't asked for",
        "tasks.py",
        '"--require-hashes", ',
        "",
        "test_tasks.py::test_a_change_of_what_it_depends_on_installs_again",
    ),
]

BREAKAGES = {
    "Recordings": RECORDINGS,
    "The same twice": TWICE,
    "Foreign files": FILES,
    "Pictures": PICTURES,
    "The server": SERVER,
    "Supply chain": SUPPLY,
}
