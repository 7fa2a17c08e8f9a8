import type { Scale } from '../../schemas/display.ts'
import type { DisplayOrder } from '../display-server.ts'

/** Frames a second that programs are asked for: a display in memory has no monitor that says so. */
const framesPerSecond = 60

/** The command that gives the display that size, pixels. */
export function sizeCommand(width: number, height: number): string {
  return `output * mode --custom ${width}x${height}@${framesPerSecond}Hz`
}

/** The command that gives the display that scale; its size in pixels stays. */
export function scaleCommand(scale: Scale): string {
  return `output * scale ${scale}`
}

/** File in XDG_RUNTIME_DIR in which sway says where its X server is, as DISPLAY has it. */
export const xServerFile = 'x-server'

/** Xwayland starts with the first program of X11. Its number is in sway's environment alone, which what it starts has. */
const withPrograms = [
  'xwayland enable',
  `exec echo "$DISPLAY" > "$XDG_RUNTIME_DIR/${xServerFile}.new" && mv "$XDG_RUNTIME_DIR/${xServerFile}.new" "$XDG_RUNTIME_DIR/${xServerFile}"`,
] as const

/**
 * How sway lays windows out: one window has the whole display, further ones share it. Super with a key does the rest. No key starts a program:
 * who was given one program to work with gets no other.
 */
export function configurationOf({ width, height, scale }: Omit<DisplayOrder, 'folder'>, runsXPrograms: boolean): string {
  const lines = [
    ...(runsXPrograms ? withPrograms : ['xwayland disable']),
    sizeCommand(width, height),
    scaleCommand(scale),
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
