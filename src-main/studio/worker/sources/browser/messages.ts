import type { SourceReport } from '../../../../media/source-report.ts'
import type { BrowserSettings } from '../../../document/kinds/browser.ts'
import type { SourceReach } from '../source-reach.ts'

/** Something that a person does to a page. */
export type PageInput =
  | { readonly do: 'reload' }
  | { readonly do: 'click'; readonly x: number; readonly y: number; readonly button: 'left' | 'middle' | 'right'; readonly count: number }
  | { readonly do: 'move'; readonly x: number; readonly y: number }
  | { readonly do: 'scroll'; readonly x: number; readonly y: number; readonly deltaX: number; readonly deltaY: number }
  | { readonly do: 'type'; readonly text: string }
  | { readonly do: 'press'; readonly key: string }

export type ToPage =
  | {
      readonly type: 'open'
      readonly settings: BrowserSettings
      readonly reach: SourceReach
      readonly shown: boolean
      /** `address` of each store that it writes. */
      readonly frameStore: string
      readonly audioStore: string
    }
  | { readonly type: 'update'; readonly settings: BrowserSettings; readonly reach: SourceReach }
  | { readonly type: 'show'; readonly shown: boolean }
  | { readonly type: 'input'; readonly input: PageInput }

export type FromPage = { readonly type: 'report'; readonly report: SourceReport }
