/** What sources are for the engine that safe mode leaves out: of no kind that users can choose. */
export const leftOutKind = 'left-out'
