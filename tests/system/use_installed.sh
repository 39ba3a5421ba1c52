#!/bin/bash
# Uses the installed program as a person does: with a screen, a mouse and keys (xdotool), nothing else.
set -eu
cd ~
Xvfb :97 -screen 0 1600x1000x24 >/dev/null 2>&1 &
screen=$!
export DISPLAY=:97
trap 'kill $screen' EXIT
for _ in $(seq 100); do xdotool getmouselocation >/dev/null 2>&1 && break; sleep 0.1; done

rm -f made.aegui
aegui train letters-2d --epochs 300 --out made.aegui >/dev/null
sum=$(sha256sum made.aegui)
aegui made.aegui 2>program.log &
program=$!
window=""
for _ in $(seq 600); do
    window=$(xdotool search --onlyvisible --pid $program 2>/dev/null | tail -1 || true)
    [ -n "$window" ] && break
    sleep 0.2
done
[ -n "$window" ] || { echo "no window"; cat program.log; exit 1; }
sleep 8
xdotool windowfocus "$window" || true

# Hover over the map, and draw into the editor that lies at the right of it.
xdotool mousemove 500 400 sleep 0.5 mousemove 640 460 sleep 0.5 mousemove 700 300 sleep 0.5
xdotool mousemove 1400 700 mousedown 1 mousemove 1430 720 sleep 0.3 mouseup 1
# Train for a while, stop, save.
xdotool key F5 sleep 6 key shift+F5 sleep 3 key ctrl+s
for _ in $(seq 300); do
    [ "$sum" != "$(sha256sum made.aegui)" ] && break
    sleep 0.2
done
[ "$sum" != "$(sha256sum made.aegui)" ] || { echo "not saved"; cat program.log; exit 1; }
xdotool key ctrl+q
wait $program || { echo "ended with $?"; cat program.log; exit 1; }
echo "trained, hovered, drew, saved, quit with 0"
