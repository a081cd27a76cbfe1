// Arithmetic on times as people say them.

const LATER_MINUTES = 90
const DAY_MINUTES = 24 * 60
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The same words with their time an hour and a half later: `Tuesday at 10am` → `Tuesday at 11:30am`; null without one. */
export const laterThan = (words: string): string | null => {
  const found = /\b(\d{1,2})(?::(\d\d))? ?(am|pm)\b/i.exec(words)
  if (found) {
    const [said, hour = '', minute = '0', half = ''] = found
    const minutes = (Number(hour) % 12) * 60 + Number(minute) + (half.toLowerCase() === 'pm' ? 720 : 0)
    return words.replace(said, twelveHours((minutes + LATER_MINUTES) % DAY_MINUTES))
  }
  const plain = /\b(\d{1,2}):(\d\d)\b/.exec(words)
  if (!plain) return null
  const minutes = (Number(plain[1]) * 60 + Number(plain[2]) + LATER_MINUTES) % DAY_MINUTES
  return words.replace(plain[0], `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}`)
}

/** The day after a weekday, by its English name; null for anything else. */
export const dayAfter = (day: string): string | null => {
  const index = DAYS.findIndex(name => name.toLowerCase() === day.toLowerCase())
  return index === -1 ? null : (DAYS[(index + 1) % 7] ?? null)
}

const twelveHours = (minutes: number): string => {
  const hour = Math.floor(minutes / 60) % 12 || 12
  const minute = minutes % 60
  return `${hour}${minute === 0 ? '' : `:${twoDigits(minute)}`}${minutes < 720 ? 'am' : 'pm'}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')
