; The set-up for Windows. setup.py beside it gives VERSION, NUMBERS, APP (the folder that becomes …\GioChoi\app), TEXTS, LANGUAGES, OUT,
; SIGN.
;
;   setup.exe [/S] [/LANG=vi|en] [/IMAGE] [/AGENT=STRING [/CODE=CODE]]
;                                                    /AGENT: what giochoi seat invite or place serve printed on the PC whose seat this is
;   uninstall.exe [/S] [/PURGE]                      waits for nobody; callers that need its exit code add _?=FOLDER, last
;
; Exit codes: 0 done; 2 not for this Windows, or damaged: nothing was changed; 3 it does not start: taken back, or it says what is not;
; 4 in use: nothing was changed; 5 installed, but not a seat.
;
; A new version is unpacked and tried beside the old one, which goes on until then. Then: stop, rename, start. What does not start is
; renamed back, with the databases as they were. While databases are copied or put back, no program is where the service manager would
; start it. What a program ended with is compared as text (== and !=): "error" is 0 as a number.

Target amd64-unicode
ManifestSupportedOS all
ManifestDPIAware true
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include x64.nsh
!include WinVer.nsh
!include WordFunc.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\GioChoi"
!define OURS "Software\GioChoi"
!define APPDIR "$INSTDIR\app"

Name "Giờ Chơi"
OutFile "${OUT}"
RequestExecutionLevel admin
BrandingText "Giờ Chơi ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=0 CompanyName "Giờ Chơi"
VIAddVersionKey /LANG=0 ProductName "Giờ Chơi"
VIAddVersionKey /LANG=0 FileDescription "Giờ Chơi – set-up"
VIAddVersionKey /LANG=0 FileVersion "${VERSION}"
VIAddVersionKey /LANG=0 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=0 LegalCopyright "Apache-2.0"

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_LANGDLL_ALLLANGUAGES
!define MUI_LANGDLL_WINDOWTITLE "Giờ Chơi"
!define MUI_LANGDLL_INFO "Ngôn ngữ / Language"
!define MUI_LANGDLL_REGISTRY_ROOT HKLM
!define MUI_LANGDLL_REGISTRY_KEY "${OURS}"
!define MUI_LANGDLL_REGISTRY_VALUENAME "Language"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "$(WELCOME)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT "$(ASK_SETUP)"
!define MUI_FINISHPAGE_RUN_FUNCTION ask_for_limits
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGEEX "${LANGUAGES}" "Vietnamese" ; the first one is for whoever has neither
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_RESERVEFILE_LANGDLL
!include "${TEXTS}"

Var Image   ; "1": of a PC that others are made from. Nothing starts, so no key is made
Var Agent   ; what the PC joins; "": nothing is joined
Var Before  ; "1": there was a version before
Var Why

!macro Speak ; what we start speaks the language that was chosen
  StrCpy $1 "en"
  ${If} $LANGUAGE == ${LANG_VIETNAMESE}
    StrCpy $1 "vi"
  ${EndIf}
  System::Call 'kernel32::SetEnvironmentVariableW(w "GIOCHOI_LANG", w r1)'
!macroend

!macro Alone ; one set-up or removal at a time
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "Global\GioChoiSetup") p .r1 ?e'
  Pop $0
  ${If} $0 = 183
    ${End} 4 "$(RUNS_ALREADY)"
  ${EndIf}
!macroend

!macro Run WORDS ; runs a program without a window; $0: its exit code, or "error". What it says goes to setup.log, in English: what
  ; comes back from it is read by the system's code page, which has not all letters of Vietnamese
  System::Call 'kernel32::SetEnvironmentVariableW(w "GIOCHOI_LANG", w "en")'
  nsExec::ExecToStack '${WORDS}'
  Pop $0
  Pop $1
  FileOpen $2 "$INSTDIR\setup.log" a
  FileSeek $2 0 END
  FileWriteUTF16LE /BOM $2 '${WORDS}: $0$\r$\n$1$\r$\n'
  FileClose $2
  !insertmacro Speak
!macroend
!define Run "!insertmacro Run"

!macro Tell WORDS ; what is being done, until the next one: not each file and folder
  SetDetailsPrint both
  DetailPrint "${WORDS}"
  SetDetailsPrint none
!macroend
!define Tell "!insertmacro Tell"

!macro Value OPTION INTO ; what follows it in $R0, or "". GetOptions would end it at a slash
  ClearErrors
  ${WordFind2X} "$R0 " "${OPTION}" " " "E+1" ${INTO}
  ${If} ${Errors}
    StrCpy ${INTO} ""
  ${EndIf}
  ${WordReplace} "${INTO}" '"' "" "+" ${INTO}
!macroend

!macro Steps FOLDER VERBS
  ${Run} '"${FOLDER}\giochoi.exe" -I "${FOLDER}\steps.py" ${VERBS}'
!macroend
!define Steps "!insertmacro Steps"

!macro Services ; the SCM is to run the programs of this version
  StrCpy $0 0
  ${If} ${FileExists} "$APPDATA\GioChoi\uplink\membership.json"
    ${Run} '"${APPDIR}\giochoi-uplink.exe" service install'
  ${ElseIf} $Agent == ""
    ${Run} '"${APPDIR}\giochoi-agent.exe" service install'
  ${EndIf}
  ${If} $0 == 0
    ${Run} '"${APPDIR}\giochoi-daemon.exe" service install'
  ${EndIf}
!macroend

!macro End CODE WHY ; ends with one line of why
  StrCpy $Why "${WHY}"
  SetErrorLevel ${CODE}
  ${Tell} "$Why"
  MessageBox MB_OK|MB_ICONSTOP "$Why" /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend
!define End "!insertmacro End"

!macro Rename FROM TO ; up to ten seconds, as a virus scanner may look at what was just written; $0: 0 if it is done
  StrCpy $0 1
  ${For} $9 1 20
    ${If} $0 <> 0
      ClearErrors
      Rename "${FROM}" "${TO}"
      ${If} ${Errors}
        Sleep 500
      ${Else}
        StrCpy $0 0
      ${EndIf}
    ${EndIf}
  ${Next}
!macroend

Function .onInit
  SetRegView 64
  SetShellVarContext all
  StrCpy $INSTDIR "$PROGRAMFILES64\GioChoi" ; no other: only administrators write there
  ${GetParameters} $R0
  ${GetOptions} $R0 "/LANG=" $R1
  ${If} $R1 == "vi"
    StrCpy $LANGUAGE ${LANG_VIETNAMESE}
  ${ElseIf} $R1 == "en"
    StrCpy $LANGUAGE ${LANG_ENGLISH}
  ${ElseIf} ${Silent}
    ReadRegStr $R1 HKLM "${OURS}" "Language" ; as it was chosen before
    ${If} $R1 != ""
      StrCpy $LANGUAGE $R1
    ${EndIf}
  ${Else}
    !insertmacro MUI_LANGDLL_DISPLAY
  ${EndIf}
  ${IfNot} ${RunningX64}
    ${End} 2 "$(NOT_64)"
  ${EndIf}
  !insertmacro Alone
  ClearErrors
  ${GetOptions} $R0 "/IMAGE" $R1
  ${IfNot} ${Errors}
    StrCpy $Image 1
  ${Else}
    !insertmacro Value "/AGENT=" $Agent
    !insertmacro Value "/CODE=" $R1
    ${If} $R1 != ""
      StrCpy $Agent "$Agent/$R1"
    ${EndIf}
  ${EndIf}
  !insertmacro Speak
FunctionEnd

Section
  Call unpack
  Call change
  ${If} $Image <> 1
    Call start
  ${EndIf}
  Call settle
  ${If} $Agent != ""
    ${Run} '"${APPDIR}\giochoi.exe" seat enrol "$Agent" --yes'
    ${If} $0 != 0
      ${End} 5 "$(NOT_JOINED) $INSTDIR\setup.log"
    ${EndIf}
  ${EndIf}
SectionEnd

Function unpack ; beside what runs, and tried there
  ${Tell} "$(UNPACKING)"
  Delete "$INSTDIR\setup.log"
  ${IfNot} ${FileExists} "${APPDIR}\*.*"
  ${AndIf} ${FileExists} "$INSTDIR\app.old\*.*" ; a set-up that was cut off
    !insertmacro Rename "$INSTDIR\app.old" "${APPDIR}"
  ${EndIf}
  RMDir /r "$INSTDIR\app.new"
  RMDir /r "$INSTDIR\app.bad"
  SetOutPath "$INSTDIR\app.new"
  ClearErrors
  File /r "${APP}/*"
  ${If} ${Errors}
    Call give_up
    ${End} 2 "$(BROKEN)"
  ${EndIf}
  SetOutPath "$INSTDIR" ; a current folder could not be renamed
  ${Steps} "$INSTDIR\app.new" "try"
  ${If} $0 != 0
    Call give_up
    ${End} 2 "$(BROKEN)"
  ${EndIf}
  ${Steps} "$INSTDIR\app.new" "aside"
  ${If} $0 != 0
    Call give_up
    ${End} 4 "$(NOT_OURS) $APPDATA\GioChoi"
  ${ElseIf} $1 != ""
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(MOVED_ASIDE) $1" /SD IDOK
  ${EndIf}
FunctionEnd

Function give_up ; before anything was changed
  RMDir /r "$INSTDIR\app.new"
  RMDir "$INSTDIR" ; setup.log stays, if there is one
FunctionEnd

Function change ; from the old version to the new one
  ${Tell} "$(CHANGING)"
  ${Steps} "$INSTDIR\app.new" "there" ; by pip, too
  ${If} $0 == 0
  ${OrIf} ${FileExists} "${APPDIR}\*.*"
    StrCpy $Before 1
    Call leave_old
  ${EndIf}
  !insertmacro Rename "$INSTDIR\app.new" "${APPDIR}"
  ${If} $0 = 0
    !insertmacro Services
  ${EndIf}
  ${If} $0 != 0
    Call take_back
  ${EndIf}
FunctionEnd

Function leave_old ; its programs out of the way, then a copy of its databases
  RMDir /r "$INSTDIR\app.old"
  ${Steps} "$INSTDIR\app.new" "stop end"
  ${If} $0 == 0
  ${AndIf} ${FileExists} "${APPDIR}\*.*"
    !insertmacro Rename "${APPDIR}" "$INSTDIR\app.old"
  ${EndIf}
  ${If} $0 == 0
    ${Steps} "$INSTDIR\app.new" "end keep"
  ${EndIf}
  ${If} $0 == 0
    Return
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\app.old\*.*"
    !insertmacro Rename "$INSTDIR\app.old" "${APPDIR}"
  ${EndIf}
  ${Steps} "$INSTDIR\app.new" "start"
  StrCpy $3 $0
  Call give_up
  ${If} $3 != 0
    ${End} 3 "$(STOPPED)"
  ${EndIf}
  ${End} 4 "$(IN_USE)"
FunctionEnd

Function start
  ${Tell} "$(STARTING)"
  ${Steps} "${APPDIR}" "start"
  ${If} $0 != 0
    Call take_back
  ${EndIf}
FunctionEnd

Function take_back
  ${If} $Before <> 1
    ${Run} '"${APPDIR}\giochoi-daemon.exe" service remove'
    ${Run} '"${APPDIR}\giochoi-agent.exe" service remove'
    ${Run} '"${APPDIR}\giochoi-uplink.exe" service remove'
    RMDir /r "${APPDIR}"
    RMDir /r "$INSTDIR\app.new"
    RMDir "$INSTDIR"
    ${End} 3 "$(NOT_STARTED)"
  ${EndIf}
  StrCpy $3 "${APPDIR}" ; whose steps.py is surely there
  ${IfNot} ${FileExists} "$3\steps.py"
    StrCpy $3 "$INSTDIR\app.new"
  ${EndIf}
  ${Steps} "$3" "stop"
  ${Steps} "$3" "end"
  StrCpy $4 0 ; is the new one out of the way, and the data back?
  StrCpy $5 0 ; does the earlier one run?
  ${If} $3 == "${APPDIR}"
    !insertmacro Rename "${APPDIR}" "$INSTDIR\app.bad"
    StrCpy $4 $0
    ${If} $0 = 0
      StrCpy $3 "$INSTDIR\app.bad"
    ${EndIf}
  ${EndIf}
  ${If} $4 == 0
    ${Steps} "$3" "end put-back"
    StrCpy $4 $0
  ${EndIf}
  ${If} ${FileExists} "${APPDIR}\*.*"
    StrCpy $5 1 ; the new one could not be moved
  ${ElseIf} ${FileExists} "$INSTDIR\app.old\*.*" ; there is none if it came by pip: its services know its place again
    !insertmacro Rename "$INSTDIR\app.old" "${APPDIR}"
    ${If} $0 = 0
      !insertmacro Services
    ${EndIf}
    StrCpy $5 $0
  ${EndIf}
  ${If} $Image <> 1
    ${Steps} "$3" "start"
    ${If} $0 != 0
      StrCpy $5 1
    ${EndIf}
  ${EndIf}
  RMDir /r "$INSTDIR\app.bad"
  RMDir /r "$INSTDIR\app.new"
  ${If} $4 != 0
    ${End} 3 "$(NOT_WHOLE) $APPDATA\GioChoi\before-upgrade"
  ${EndIf}
  ${If} $5 != 0
    ${End} 3 "$(NOT_EVEN_OLD)"
  ${EndIf}
  ${End} 3 "$(ROLLED_BACK)"
FunctionEnd

Function settle ; it works: what Windows shows of it, and away with the version before
  RMDir /r "$INSTDIR\app.old"
  ${Steps} "${APPDIR}" "forget path-add"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  RMDir /r "$SMPROGRAMS\Giờ Chơi"
  CreateDirectory "$SMPROGRAMS\Giờ Chơi"
  CreateShortCut "$SMPROGRAMS\Giờ Chơi\Giờ Chơi.lnk" "${APPDIR}\giochoi-tray.exe" "--window" "" 0 SW_SHOWNORMAL "" "$(TIME_LEFT)"
  CreateShortCut "$SMPROGRAMS\Giờ Chơi\$(SET_LIMITS).lnk" "${APPDIR}\giochoi-tray.exe" "--dialog setup" \
    "${APPDIR}\giochoi.exe" 0 SW_SHOWNORMAL "" "$(ASK_SETUP)"
  WriteRegStr HKLM "${OURS}" "Language" $LANGUAGE
  WriteRegStr HKLM "${KEY}" "DisplayName" "Giờ Chơi"
  WriteRegStr HKLM "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${KEY}" "DisplayIcon" "${APPDIR}\giochoi.exe"
  WriteRegStr HKLM "${KEY}" "Publisher" "Giờ Chơi"
  WriteRegStr HKLM "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${KEY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKLM "${KEY}" "NoModify" 1
  WriteRegDWORD HKLM "${KEY}" "NoRepair" 1
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=1000
  ${If} $Before <> 1
  ${AndIf} $Image <> 1
  ${AndIf} $Agent == ""
    StrCpy $1 "en"
    ${If} $LANGUAGE == ${LANG_VIETNAMESE}
      StrCpy $1 "vi"
    ${EndIf}
    StrCpy $4 $1
    ${Run} '"${APPDIR}\giochoi.exe" place set home --lang $4'
  ${EndIf}
  SetErrorLevel 0
FunctionEnd

Function ask_for_limits
  Exec '"${APPDIR}\giochoi-tray.exe" --dialog setup'
FunctionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext all
  StrCpy $INSTDIR "$PROGRAMFILES64\GioChoi"
  !insertmacro MUI_UNGETLANGUAGE
  !insertmacro Speak
  !insertmacro Alone
FunctionEnd

Section Uninstall
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $R1
  ${If} ${Errors}
    StrCpy $R2 0
  ${Else}
    StrCpy $R2 1
    MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONEXCLAMATION "$(ERASE)" /SD IDYES IDYES +2
    StrCpy $R2 0
  ${EndIf}
  ${If} ${FileExists} "${APPDIR}\*.*"
    ${Run} '"${APPDIR}\giochoi-daemon.exe" service remove'
    ${If} $0 == 0
      ${Run} '"${APPDIR}\giochoi-agent.exe" service remove'
    ${EndIf}
    ${If} $0 == 0
      ${Run} '"${APPDIR}\giochoi-uplink.exe" service remove'
    ${EndIf}
    ${If} $0 != 0
      ${End} 1 "$(NOT_REMOVED)"
    ${EndIf}
    ${Steps} "${APPDIR}" "end path-remove"
    ${If} $R2 = 1
      ${Steps} "${APPDIR}" "erase"
      ${If} $0 != 0
        MessageBox MB_OK|MB_ICONEXCLAMATION "$(ERASE_NOT) $APPDATA\GioChoi" /SD IDOK
        SetErrorLevel 1
      ${EndIf}
    ${EndIf}
  ${EndIf}
  RMDir /r "${APPDIR}"
  RMDir /r "$INSTDIR\app.old"
  RMDir /r "$INSTDIR\app.new"
  RMDir /r "$INSTDIR\app.bad"
  RMDir /r "$SMPROGRAMS\Giờ Chơi"
  DeleteRegKey HKLM "${KEY}"
  DeleteRegKey HKLM "${OURS}"
  Delete "$INSTDIR\setup.log"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=1000
SectionEnd
