// Playback: what of the agent's audio was sent to the carrier, and what of it the callee has heard.
// P1  Heard is what a mark proves, and nothing else; a mark that was sent before a clear proves nothing after it.
// P2  heard ≤ sent ≤ generated, for every item at every moment; none of them ever falls.
// P3  After a clear nothing more is sent of the items that it cut: their late audio only counts as generated.

/** 8,000 µ-law bytes a second. */
const BYTES_PER_MS = 8

/** How far an item has come, in ms of its audio. */
export interface Progress {
  heardMs: number
  sentMs: number
  generatedMs: number
  /** No more of it will be generated. */
  isDone: boolean
  /** It was generated to its end: neither cut before, nor broken off. */
  isComplete: boolean
  /** All of it was generated and heard. */
  isHeard: boolean
  /** A clear cut it. */
  isCut: boolean
}

/** An item that a clear cut, and what of it was heard; `hasAudio` is false if it had not begun to sound. */
export interface CutItem {
  itemId: string
  contentIndex: number
  heardMs: number
  hasAudio: boolean
}

interface Item {
  contentIndex: number
  heard: number
  sent: number
  generated: number
  isDone: boolean
  isComplete: boolean
  isCut: boolean
}

interface Chunk {
  mark: string
  itemId: string
  endBytes: number
}

export type Playback = ReturnType<typeof createPlayback>

/** The playback of one phone leg. Sizes in bytes of µ-law audio, times in ms of it. */
export const createPlayback = () => {
  const items = new Map<string, Item>()
  let chunks: Chunk[] = []
  let marks = 0

  const itemOf = (itemId: string): Item => {
    const known = items.get(itemId)
    if (known) return known
    const item = {
      contentIndex: 0,
      heard: 0,
      sent: 0,
      generated: 0,
      isDone: false,
      isComplete: false,
      isCut: false,
    }
    items.set(itemId, item)
    return item
  }

  return {
    /** An item began; its audio may come. */
    begin: (itemId: string): void => {
      itemOf(itemId)
    },

    /** Takes note of audio of an item; returns the mark to send after it, or `null` if it must not be sent. */
    add: (itemId: string, contentIndex: number, bytes: number): string | null => {
      const item = itemOf(itemId)
      item.contentIndex = contentIndex
      item.generated += bytes
      if (item.isCut || bytes === 0) return null
      item.sent += bytes
      const mark = `m${++marks}`
      chunks.push({ mark, itemId, endBytes: item.sent })
      return mark
    },

    /** No more audio of an item will come. */
    finish: (itemId: string): void => {
      const item = items.get(itemId)
      if (!item || item.isDone) return
      item.isDone = true
      item.isComplete = !item.isCut
    },

    /** No more audio of any item will come: what is not done has broken off. */
    finishAll: (): void => {
      for (const item of items.values()) item.isDone = true
    },

    /** A mark came back: everything sent before it was heard. Returns the items that it moved; none for a stale mark. */
    heard: (mark: string): string[] => {
      const at = chunks.findIndex(chunk => chunk.mark === mark)
      const played = chunks.slice(0, at + 1)
      chunks = chunks.slice(at + 1)
      for (const { itemId, endBytes } of played) itemOf(itemId).heard = endBytes
      return [...new Set(played.map(chunk => chunk.itemId))]
    },

    /** Everything unheard is thrown away: the items that were being played or generated, in order. */
    clear: (): CutItem[] => {
      const cut = [...items].filter(([, item]) => !item.isCut && !(item.isDone && item.heard === item.sent))
      chunks = []
      return cut.map(([itemId, item]) => {
        item.isCut = true
        const { contentIndex, heard, generated } = item
        return { itemId, contentIndex, heardMs: Math.floor(heard / BYTES_PER_MS), hasAudio: generated > 0 }
      })
    },

    /** ms of audio that were sent and not heard yet. */
    pendingMs: (): number => {
      let bytes = 0
      for (const item of items.values()) if (!item.isCut) bytes += item.sent - item.heard
      return bytes / BYTES_PER_MS
    },

    isIdle: (): boolean => chunks.length === 0,

    progressOf: (itemId: string): Progress | null => {
      const item = items.get(itemId)
      if (!item) return null
      return {
        heardMs: item.heard / BYTES_PER_MS,
        sentMs: item.sent / BYTES_PER_MS,
        generatedMs: item.generated / BYTES_PER_MS,
        isDone: item.isDone,
        isComplete: item.isComplete,
        isHeard: item.isDone && !item.isCut && item.heard === item.sent,
        isCut: item.isCut,
      }
    },
  }
}

/** ms of audio in that many bytes. */
export const msOf = (bytes: number): number => bytes / BYTES_PER_MS
