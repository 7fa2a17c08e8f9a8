import type { Page } from 'playwright-core'

/** Share of the pixels of the desktop that a page shows which have that colour. */
export function shareOfColor(page: Page, rgb: readonly number[]): Promise<number> {
  return page.getByTestId('desktop-canvas').evaluate((canvas, wanted) => {
    const { width, height } = canvas as HTMLCanvasElement
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
    let found = 0
    for (let at = 0; at < data.length; at += 4) if (wanted.every((value, channel) => data[at + channel] === value)) found++
    return found / (width * height)
  }, rgb)
}
