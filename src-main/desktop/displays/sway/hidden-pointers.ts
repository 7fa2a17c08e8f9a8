import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pointerTheme } from '../display-server.ts'

/** As themes have called them: what X has in its font of pointers, and what CSS calls them. */
const names = [
  ...'X_cursor arrow based_arrow_down based_arrow_up bottom_left_corner bottom_right_corner bottom_side bottom_tee'.split(' '),
  ...'center_ptr circle color-picker cross cross_reverse crosshair diamond_cross dot dotbox double_arrow draft_large draft_small'.split(
    ' ',
  ),
  ...'draped_box exchange fleur gumby hand1 hand2 heart icon iron_cross left_ptr left_ptr_watch left_side left_tee leftbutton'.split(' '),
  ...'ll_angle lr_angle man middlebutton mouse pencil pirate plus question_arrow right_ptr right_side right_tee rightbutton'.split(' '),
  ...'sailboat sb_down_arrow sb_h_double_arrow sb_left_arrow sb_right_arrow sb_up_arrow sb_v_double_arrow shuttle sizing'.split(' '),
  ...'spider spraycan star target tcross top_left_arrow top_left_corner top_right_corner top_side top_tee trek ul_angle'.split(' '),
  ...'umbrella ur_angle watch xterm'.split(' '),
  ...'default none context-menu help pointer progress wait cell text vertical-text alias copy move no-drop not-allowed grab'.split(' '),
  ...'grabbing e-resize n-resize ne-resize nw-resize s-resize se-resize sw-resize w-resize ew-resize ns-resize nesw-resize'.split(' '),
  ...'nwse-resize col-resize row-resize all-scroll zoom-in zoom-out dnd-ask dnd-copy dnd-link dnd-move dnd-none dnd-no-drop'.split(' '),
  ...'size_all size_bdiag size_fdiag size_hor size_ver split_h split_v pointing_hand openhand closedhand whats_this'.split(' '),
]

/** A file of Xcursor(3) with one image of one pixel, which cannot be seen. */
function hiddenPointer(): Buffer {
  const head = 16
  const entry = 12
  const imageHead = 36
  const imageType = 0xfffd0002
  /** The one that programs ask for most. */
  const nominalSize = 24
  const words = [
    ...[head, 0x10000, 1],
    ...[imageType, nominalSize, head + entry],
    ...[imageHead, imageType, nominalSize, 1, 1, 1, 0, 0, 0, 0],
  ]
  const file = Buffer.alloc(4 + words.length * 4)
  file.write('Xcur', 'latin1')
  for (const [index, word] of words.entries()) file.writeUInt32LE(word, 4 + index * 4)
  return file
}

/**
 * Writes a theme of pointers that cannot be seen into a folder, which is to be XCURSOR_PATH of a compositor and its programs: without a monitor
 * they draw pointers into the image, where the viewer's browser draws another one.
 */
export function writeHiddenPointers(folder: string): void {
  const pointers = join(folder, pointerTheme, 'cursors')
  mkdirSync(pointers, { recursive: true, mode: 0o700 })
  const file = hiddenPointer()
  for (const name of names) writeFileSync(join(pointers, name), file, { mode: 0o600 })
}
