/** How a budget's window is written: `30s`, `30m`, `24h`, `7d`, `2w`, `1mo`. */
const pattern = /^[1-9]\d{0,5}(s|m|h|d|w|mo)$/;

export function isBudgetDuration(text: string): boolean {
  return pattern.test(text);
}
