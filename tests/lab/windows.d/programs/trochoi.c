/* A game to test with: a window, or with -DCONSOLE none. It uses no C runtime, so that it runs on any Windows as it is.

   trochoi.exe [/stubborn] [/seconds N] [/child [/leave]] [/run PROGRAM [ARGUMENTS...]]

   /stubborn    does not close when it is asked to
   /seconds N   ends by itself after so long, with exit code 3; 120 without it, so that no test leaves one behind
   /child       starts a copy of itself with the other options
   /run         starts this program with these arguments; the last option
   /leave       exits once it has started something

   When its window is there, or what it had to start runs, it says "ready" on its standard output, if it has one. */

#define UNICODE
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

#define LONGEST 32767
#ifndef TITLE
#define TITLE L"Trò chơi thử – Giờ Chơi"
#endif

static BOOL stubborn, child, leave;
static DWORD seconds = 120;
static WCHAR line[LONGEST];
static unsigned used;
static STARTUPINFOW how;
static PROCESS_INFORMATION started;

static BOOL is(const WCHAR *word, const WCHAR *option) { return lstrcmpiW(word, option) == 0; }

static void add(const WCHAR *text) {
    while (*text && used < LONGEST - 1) line[used++] = *text++;
}

static void word(const WCHAR *text) { /* without quotes and without backslashes before them: nobody here writes any */
    if (used) add(L" ");
    add(L"\"");
    add(text);
    add(L"\"");
}

static BOOL start(void) {
    how.cb = sizeof how;
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &how, &started)) return FALSE;
    CloseHandle(started.hThread);
    CloseHandle(started.hProcess);
    return TRUE;
}

static void ready(void) {
    static const char text[] = "ready\r\n";
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD written;
    if (out && out != INVALID_HANDLE_VALUE) WriteFile(out, text, sizeof text - 1, &written, NULL);
}

static DWORD number(const WCHAR *text) {
    DWORD value = 0;
    while (*text >= L'0' && *text <= L'9' && value < 100000) value = value * 10 + (DWORD)(*text++ - L'0');
    return value;
}

static BOOL options(int count, WCHAR **words) { /* FALSE: something could not be started */
    static WCHAR self[LONGEST];
    int at;
    for (at = 1; at < count; at++) {
        if (is(words[at], L"/stubborn")) stubborn = TRUE;
        else if (is(words[at], L"/child")) child = TRUE;
        else if (is(words[at], L"/leave")) leave = TRUE;
        else if (is(words[at], L"/seconds") && at + 1 < count) seconds = number(words[++at]);
        else if (is(words[at], L"/run")) break;
    }
    if (at < count) {
        while (++at < count) word(words[at]);
        return start();
    }
    if (!child) return TRUE;
    GetModuleFileNameW(NULL, self, LONGEST);
    word(self);
    for (at = 1; at < count; at++)
        if (!is(words[at], L"/child") && !is(words[at], L"/leave")) word(words[at]);
    return start();
}

#ifndef CONSOLE
static LRESULT CALLBACK handle(HWND window, UINT message, WPARAM first, LPARAM second) {
    switch (message) {
        case WM_CLOSE:
            if (!stubborn) DestroyWindow(window);
            return 0;
        case WM_QUERYENDSESSION: return TRUE;
        case WM_TIMER: ExitProcess(3);
        case WM_DESTROY: PostQuitMessage(0); return 0;
        default: return DefWindowProcW(window, message, first, second);
    }
}

static UINT play(void) {
    static WNDCLASSW kind;
    static MSG message;
    HWND window;
    kind.lpfnWndProc = handle;
    kind.hInstance = GetModuleHandleW(NULL);
    kind.hCursor = LoadCursorW(NULL, (LPCWSTR)IDC_ARROW);
    kind.hbrBackground = (HBRUSH)(COLOR_WINDOW + 1);
    kind.lpszClassName = L"GioChoiTroChoiThu";
    if (!RegisterClassW(&kind)) return 4;
    window = CreateWindowExW(0, kind.lpszClassName, TITLE, WS_OVERLAPPEDWINDOW | WS_VISIBLE, 40, 40, 320, 200, NULL, NULL,
                             kind.hInstance, NULL);
    if (!window || !SetTimer(window, 1, seconds * 1000, NULL)) return 4;
    UpdateWindow(window);
    ready();
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    return (UINT)message.wParam;
}
#else
static BOOL WINAPI asked(DWORD how) { return stubborn; }

static UINT play(void) {
    SetConsoleCtrlHandler(asked, TRUE);
    ready();
    Sleep(seconds * 1000);
    return 3;
}
#endif

void begin(void) {
    int count = 0;
    WCHAR **words = CommandLineToArgvW(GetCommandLineW(), &count);
    if (!words || !options(count, words)) ExitProcess(4);
    if (leave) {
        ready();
        ExitProcess(0);
    }
    ExitProcess(play());
}
