/** What a player reads of playlists. */
#pragma once

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace ami::bench {

using std::string_view;

/** The rest of a line behind the first `mark`, or nothing. */
inline std::optional<string_view> after(string_view text, string_view mark) {
  const size_t at = text.find(mark);
  if (at == string_view::npos) return std::nullopt;
  const string_view rest = text.substr(at + mark.size());
  return rest.substr(0, rest.find_first_of("\r\n"));
}

/** The number that a text starts with, else -1. */
inline long numberIn(string_view text) {
  long value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : -1;
}

struct Part {
  double durationMs;
  std::string uri;
};

/** What a player needs of a media playlist. */
struct Playlist {
  explicit Playlist(string_view text) {
    const auto first = after(text, "#EXT-X-MEDIA-SEQUENCE:");
    sequence = first ? numberIn(*first) : -1;
    if (const auto skipped = after(text, "SKIPPED-SEGMENTS=")) sequence += numberIn(*skipped);
    while (!text.empty()) {
      const size_t end = text.find('\n');
      const string_view line = text.substr(0, end);
      text = end == string_view::npos ? string_view() : text.substr(end + 1);
      if (line.rfind("#EXTINF:", 0) == 0) {
        sequence++;
        part = 0;
      } else if (line.rfind("#EXT-X-PART:", 0) == 0) {
        const auto duration = after(line, "DURATION=");
        const auto uri = after(line, "URI=\"");
        if (!duration || !uri) continue;
        part++;
        parts.push_back({std::strtod(std::string(*duration).c_str(), nullptr) * 1000, std::string(uri->substr(0, uri->find('"')))});
      }
    }
  }

  /** Of the segment that is being made, -1 where no segment is listed; and how many of its parts are listed. */
  long sequence = -1;
  int part = 0;
  std::vector<Part> parts;
};

}  // namespace ami::bench
