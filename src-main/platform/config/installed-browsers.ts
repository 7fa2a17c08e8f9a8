import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Browsers made of Chromium, by name in PATH or by place, the freest first. */
const browsers: Readonly<Record<string, readonly string[]>> = {
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'brave-browser'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

/** Names under which a browser may be installed, in the order in which they are to be tried. */
export function browserNames(platform: NodeJS.Platform): readonly string[] {
  return browsers[platform] ?? (browsers.linux as readonly string[])
}

/** File of a program that is named by its place, or found in a PATH; undefined if it is not found. */
export function findProgram(name: string, path: string): string | undefined {
  if (isAbsolute(name) || /^[A-Z]:\\/.test(name)) return existsSync(name) ? name : undefined
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))
}
