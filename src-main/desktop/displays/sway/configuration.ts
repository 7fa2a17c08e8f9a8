/** Frames a second that programs are asked for: a display in memory has no monitor that says so. */
const framesPerSecond = 60

/** The command that gives the display that size, pixels. */
export function sizeCommand(width: number, height: number): string {
  return `output * mode --custom ${width}x${height}@${framesPerSecond}Hz`
}

/**
 * How sway lays windows out: one window has the whole display, further ones share it. Super with a key does the rest. No key starts a program:
 * who was given one program to work with gets no other.
 */
export function configurationOf(width: number, height: number): string {
  const lines = [
    'xwayland disable',
    sizeCommand(width, height),
    'output * background #1f2937 solid_color',
    'default_border pixel 1',
    'smart_borders on',
    'focus_follows_mouse no',
    'floating_modifier Mod4',
    'bindsym Mod4+Shift+q kill',
    'bindsym Mod4+Left focus left',
    'bindsym Mod4+Right focus right',
    'bindsym Mod4+f fullscreen toggle',
    'bindsym Mod4+e layout toggle split tabbed',
    'bindsym Mod4+space floating toggle',
  ]
  return `${lines.join('\n')}\n`
}
