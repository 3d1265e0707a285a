"""What the structures that we hand to Windows are called in its headers."""

from __future__ import annotations

from daemon.platforms.windows.etw import structs

IN_HEADERS = {  # what each is called there
    structs.WnodeHeader: "WNODE_HEADER",
    structs.EventTraceProperties: "EVENT_TRACE_PROPERTIES",
    structs.EventTraceHeader: "EVENT_TRACE_HEADER",
    structs.EventTrace: "EVENT_TRACE",
    structs.TraceLogfileHeader: "TRACE_LOGFILE_HEADER",
    structs.EventTraceLogfile: "EVENT_TRACE_LOGFILEW",
    structs.EventDescriptor: "EVENT_DESCRIPTOR",
    structs.EventHeader: "EVENT_HEADER",
    structs.EtwBufferContext: "ETW_BUFFER_CONTEXT",
    structs.EventRecord: "EVENT_RECORD",
    structs.EnableTraceParameters: "ENABLE_TRACE_PARAMETERS",
}
