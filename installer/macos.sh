#!/bin/sh
# The frozen app as a .app in a .dmg, for macOS. NOT RUN where this was written: there was no Mac. The
# workflow .github/workflows/installers.yml would build it:
#
#     python3 installer/bootstrap.py bundle && sh installer/macos.sh
#
# The app is signed ad hoc, unless AEGUI_IDENTITY names a certificate.
set -eu
cd "$(dirname "$0")/.."

version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' aegui/__init__.py)
app=build/macos/aegui.app
rm -rf build/macos
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources" build/macos/aegui.iconset

cp -R dist/aegui/. "$app/Contents/MacOS/"
for size in 16 32 128 256 512; do
    for scale in 1 2; do
        mark=""
        [ "$scale" = 2 ] && mark="@2x"
        PYTHONPATH=. .venv/bin/python -c \
            "import sys; from installer.desktop import png; sys.stdout.buffer.write(png($((size * scale))))" \
            > "build/macos/aegui.iconset/icon_${size}x${size}${mark}.png"
    done
done
iconutil -c icns -o "$app/Contents/Resources/aegui.icns" build/macos/aegui.iconset

cat > "$app/Contents/Info.plist" <<PLIST
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleIdentifier</key><string>org.aegui.aegui</string>
<key>CFBundleName</key><string>aegui</string>
<key>CFBundleExecutable</key><string>aegui</string>
<key>CFBundleIconFile</key><string>aegui</string>
<key>CFBundlePackageType</key><string>APPL</string>
<key>CFBundleShortVersionString</key><string>$version</string>
<key>CFBundleVersion</key><string>$version</string>
<key>CFBundleDevelopmentRegion</key><string>en</string>
<key>CFBundleLocalizations</key><array><string>en</string><string>es</string></array>
<key>LSMinimumSystemVersion</key><string>13.0</string>
<key>NSHighResolutionCapable</key><true/>
<key>CFBundleDocumentTypes</key><array><dict>
<key>CFBundleTypeName</key><string>aegui document</string>
<key>CFBundleTypeExtensions</key>
<array><string>aegui</string><string>aegui-lesson</string><string>aegui-teacher</string>
<string>aegui-study</string></array>
<key>CFBundleTypeRole</key><string>Editor</string>
</dict></array>
</dict></plist>
PLIST

codesign --force --deep --sign "${AEGUI_IDENTITY:--}" "$app"
ln -s /Applications build/macos/Applications
rm -rf build/macos/aegui.iconset
hdiutil create -ov -volname aegui -srcfolder build/macos -format ULMO \
    "dist/aegui-$version-macos-$(uname -m).dmg"
