/* One of our programs, run by the Python that lies beside it in python\ and within this process: so Windows knows the program by its
   own name, icon and path.

   giochoi-daemon.exe WORDS...        is   python -I -m daemon WORDS...
   giochoi-daemon.exe -I|-P WORDS...  is   python -I|-P WORDS...: our programs start their helpers by sys.executable
   giochoi-daemon.exe -I -m daemon service run WORDS...  answers the service control manager first: it waits 30 s for that, and Python
   may take longer to load while the PC starts. host/windows/service.py takes over by giochoi_service.

   It uses no C runtime. ROOM and PYTHON (python313.dll) are given at compile time. */

#define UNICODE
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

#define LONGEST 32767

#define HINT_MS 60000
#define PATIENCE_MS 30000

typedef int (*Main)(int, WCHAR **);

static WCHAR folder[LONGEST];
static HANDLE known;
static SERVICE_STATUS_HANDLE service;
static LPHANDLER_FUNCTION_EX volatile handler; /* Python's, once it has one */

/* The handle for SetServiceStatus, NULL if no SCM started us. From now on `given` gets what the SCM says. */
__declspec(dllexport) SERVICE_STATUS_HANDLE WINAPI giochoi_service(LPHANDLER_FUNCTION_EX given) {
    handler = given;
    return service;
}

static DWORD WINAPI control(DWORD code, DWORD event, void *data, void *context) {
    LPHANDLER_FUNCTION_EX given = handler;
    if (given) return given(code, event, data, context);
    return code == SERVICE_CONTROL_INTERROGATE ? NO_ERROR : ERROR_CALL_NOT_IMPLEMENTED; /* we accept nothing yet */
}

static void WINAPI service_main(DWORD count, WCHAR **words) {
    static SERVICE_STATUS starting = {SERVICE_WIN32_OWN_PROCESS, SERVICE_START_PENDING, 0, 0, 0, 1, HINT_MS};
    (void)count, (void)words;
    service = RegisterServiceCtrlHandlerExW(L"giochoi-" ROOM, control, NULL);
    if (service) SetServiceStatus(service, &starting);
    SetEvent(known);
    Sleep(INFINITE);
}

static DWORD WINAPI dispatch(void *unused) {
    static WCHAR name[] = L"giochoi-" ROOM;
    static SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {NULL, NULL}};
    (void)unused;
    StartServiceCtrlDispatcherW(table); /* fails at once if no SCM started us, and then host/windows/service.py says so */
    SetEvent(known);
    return 0;
}

static void answer(void) {
    HANDLE thread;
    known = CreateEventW(NULL, TRUE, FALSE, NULL);
    thread = known ? CreateThread(NULL, 0, dispatch, NULL, 0, NULL) : NULL;
    if (!thread) return;
    WaitForSingleObject(known, PATIENCE_MS);
    CloseHandle(thread);
}

static BOOL as_service(int count, WCHAR **words) { /* as host/windows/plans.py writes it */
    return count > 5 && !lstrcmpW(words[4], L"service") && !lstrcmpW(words[5], L"run");
}

static void complain(void) {
    static const char text[] = "Python is missing or damaged: run the set-up of Gio Choi again\r\n";
    HANDLE err = GetStdHandle(STD_ERROR_HANDLE);
    DWORD written;
    if (err && err != INVALID_HANDLE_VALUE) WriteFile(err, text, sizeof text - 1, &written, NULL);
}

static BOOL beside(void) { /* folder: "...\python\", as Windows names the file that runs */
    DWORD length = GetModuleFileNameW(NULL, folder, LONGEST);
    if (!length || length > LONGEST - 64) return FALSE;
    while (length && folder[length - 1] != L'\\') length--;
    lstrcpyW(folder + length, L"python\\");
    return TRUE;
}

static Main python(void) { /* its DLLs come from its folder and from Windows, never from the current folder or PATH */
    HMODULE library;
    if (!beside() || !SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS) || !AddDllDirectory(folder)) return NULL;
    lstrcatW(folder, PYTHON);
    library = LoadLibraryExW(folder, NULL, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR);
    return library ? (Main)(void *)GetProcAddress(library, "Py_Main") : NULL;
}

static BOOL as_python(int count, WCHAR **words) {
    return count > 1 && (!lstrcmpW(words[1], L"-I") || !lstrcmpW(words[1], L"-P"));
}

void begin(void) {
    int count = 0, used = 0, next;
    WCHAR **given = CommandLineToArgvW(GetCommandLineW(), &count);
    WCHAR **words = given ? HeapAlloc(GetProcessHeap(), 0, (count + 4) * sizeof *words) : NULL;
    Main run;
    if (words && as_service(count, given)) answer();
    run = words ? python() : NULL;
    if (!run) {
        complain();
        ExitProcess(126);
    }
    words[used++] = given[0];
    if (!as_python(count, given)) {
        words[used++] = L"-I";
        words[used++] = L"-m";
        words[used++] = ROOM;
    }
    for (next = 1; next < count; next++) words[used++] = given[next];
    words[used] = NULL;
    ExitProcess(run(used, words));
}
