import { create } from 'zustand'
import { openDialog } from '../view-store.ts'
import type { Purpose } from './quality.ts'

const key = 'ami.guide'

function wasLeft(): boolean {
  try {
    return localStorage.getItem(key) !== null
  } catch {
    // Without storage it would come again each time.
    return true
  }
}

interface GuideState {
  /** The guide was finished or left in this browser: it does not open by itself any more. */
  readonly left: boolean
  /** What was answered on the start page; null where the guide starts with the question. */
  readonly purpose: Purpose | null
}

export const useGuide = create<GuideState>(() => ({ left: wasLeft(), purpose: null }))

/** Opens the guide, behind its first question where that was answered. */
export function openGuide(purpose: Purpose | null = null): void {
  useGuide.setState({ purpose })
  openDialog('guide')
}

/** The guide was finished or left. */
export function leaveGuide(): void {
  try {
    localStorage.setItem(key, 'left')
  } catch {
    // It is left for as long as the page is open.
  }
  useGuide.setState({ left: true })
}
