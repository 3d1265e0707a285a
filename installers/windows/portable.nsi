; The verifier for Windows as one program to carry. portable.py beside it gives VERSION, NUMBERS, APP (the folder it unpacks), ICON, OUT.
;
; It unpacks into a new folder of %TEMP%, runs what lies there with its own words, input, output and current folder, removes the folder
; and ends as that ended. It goes on until that has ended, also over Ctrl-C, which is for the other one. Nothing is asked or shown.

Target amd64-unicode
ManifestSupportedOS all
!ifdef QUICK
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif

Name "giochoi-verify"
OutFile "${OUT}"
Icon "${ICON}"
RequestExecutionLevel user
SilentInstall silent
VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=0 CompanyName "Giờ Chơi"
VIAddVersionKey /LANG=0 ProductName "Giờ Chơi"
VIAddVersionKey /LANG=0 FileDescription "Giờ Chơi – verifier of the log, to carry"
VIAddVersionKey /LANG=0 FileVersion "${VERSION}"
VIAddVersionKey /LANG=0 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=0 LegalCopyright "Apache-2.0"

!define LONGEST 65536 ; bytes of a path
!define STARTUPINFO 104
!define PROCESS_INFORMATION 24

Section
  SetErrorLevel 2
  InitPluginsDir ; what NSIS removes by itself at the end
  System::Alloc ${LONGEST}
  Pop $R0
  System::Call 'kernel32::GetCurrentDirectoryW(i ${LONGEST} / 2, p R0)'
  SetOutPath "$PLUGINSDIR\app"
  File /r "${APP}/*"
  SetOutPath "$TEMP" ; a current folder could not be removed
  System::Alloc ${STARTUPINFO}
  Pop $R1
  System::Call '*$R1(i ${STARTUPINFO})'
  System::Alloc ${PROCESS_INFORMATION}
  Pop $R2
  System::Call 'kernel32::GetCommandLineW() p .R3' ; whole: a variable here is too short for some
  System::Call 'kernel32::CreateProcessW(w "$PLUGINSDIR\app\giochoi-verify.exe", p R3, p 0, p 0, i 1, i 0, p 0, p R0, p R1, p R2) i .r0'
  StrCmp $0 0 failed
  System::Call 'kernel32::SetConsoleCtrlHandler(p 0, i 1)'
  System::Call '*$R2(p .r1)'
  System::Call 'kernel32::WaitForSingleObject(p r1, i -1)'
  System::Call 'kernel32::GetExitCodeProcess(p r1, *i .r0)'
  SetErrorLevel $0
  Return
  failed:
  Call complain
SectionEnd

Function complain
  System::Call 'kernel32::GetStdHandle(i -12) p .r1'
  FileWrite $1 "giochoi-verify: it cannot be unpacked and run in $TEMP; set TMP to another folder$\r$\n"
FunctionEnd

Function .onInstFailed
  SetOutPath "$TEMP"
  Call complain
FunctionEnd
