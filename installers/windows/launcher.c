/* One of our programs, run by the Python that lies beside it in python\ and within this process: so Windows knows the program by its
   own name, icon and path.

   giochoi-daemon.exe WORDS...        is   python -I -m daemon WORDS...
   giochoi-daemon.exe -I|-P WORDS...  is   python -I|-P WORDS...: our programs start their helpers by sys.executable

   It uses no C runtime. ROOM and PYTHON (python313.dll) are given at compile time. */

#define UNICODE
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

#define LONGEST 32767

typedef int (*Main)(int, WCHAR **);

static WCHAR folder[LONGEST];

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
    Main run = words ? python() : NULL;
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
