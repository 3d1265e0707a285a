"""What the structures that we hand to Windows are called in its headers."""

from __future__ import annotations

from daemon.platforms.windows.etw import structs

IN_HEADERS = {  # what each is called there
    structs.WnodeHeader: "WNODE_HEADER",
    structs.EventTraceProperties: "EVENT_TRACE_PROPERTIES",
    structs.EventTraceLogfile: "EVENT_TRACE_LOGFILEW",
    structs.EventDescriptor: "EVENT_DESCRIPTOR",
    structs.EventHeader: "EVENT_HEADER",
    structs.EventRecord: "EVENT_RECORD",
}
