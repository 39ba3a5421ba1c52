; Installer for Windows, by Inno Setup 6. NOT RUN where this was written: there was no Windows. The
; workflow .github/workflows/installers.yml would build it:
;
;     python installer/bootstrap.py bundle
;     iscc installer\aegui.iss
;
; A folder (onedir), never one file: those take seconds to start, and virus scanners distrust them.
; Installs for one user without administrator rights; settings and library stay after uninstalling.

#define Version GetEnv("AEGUI_VERSION")

[Setup]
AppId={{7A0F5C52-2E0B-4D0D-9C55-AE6011AB0E61}
AppName=aegui
AppVersion={#Version}
AppPublisher=aegui
DefaultDirName={autopf}\aegui
DefaultGroupName=aegui
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
Compression=lzma2/max
SolidCompression=yes
LicenseFile=..\LICENSE
OutputDir=..\dist
OutputBaseFilename=aegui-{#Version}-windows-x86_64
WizardStyle=modern
UninstallDisplayIcon={app}\aeguiw.exe

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "es"; MessagesFile: "compiler:Languages\Spanish.isl"

[Files]
; aegui.exe is for terminals; aeguiw.exe is the same without a console, for menu and double click.
Source: "..\dist\aegui\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; Files of an older version that this one does not contain.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\aegui"; Filename: "{app}\aeguiw.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\.aegui"; ValueType: string; ValueData: "aegui.document"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.aegui-lesson"; ValueType: string; ValueData: "aegui.document"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.aegui-teacher"; ValueType: string; ValueData: "aegui.document"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.aegui-study"; ValueType: string; ValueData: "aegui.document"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\aegui.document"; ValueType: string; ValueData: "aegui document"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\aegui.document\shell\open\command"; ValueType: string; ValueData: """{app}\aeguiw.exe"" ""%1"""

[Run]
Filename: "{app}\aeguiw.exe"; Description: "{cm:LaunchProgram,aegui}"; Flags: nowait postinstall skipifsilent
