const key = 'ami.record-too'

/** Whether recordings are ticked when the show goes live: as they were the last time, or as the guide was answered, in this browser. */
export function recordsToo(): boolean {
  try {
    return localStorage.getItem(key) === 'yes'
  } catch {
    return false
  }
}

export function keepRecordsToo(wanted: boolean): void {
  try {
    localStorage.setItem(key, wanted ? 'yes' : 'no')
  } catch {
    // Without storage they are ticked by hand each time.
  }
}
