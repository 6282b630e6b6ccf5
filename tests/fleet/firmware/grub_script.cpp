#include "tests/fleet/firmware/grub_script.hpp"

#include <cctype>

namespace rootstock::fleet {
namespace {

// A variable inside a word, until it is expanded: between these two bytes, which no script holds.
constexpr char begins = '\x01', ends = '\x02';

struct Token {
  std::string text;
  bool separator = false;
  bool quoted = false;  // never a reserved word
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_(text) {}

  std::vector<Token> tokens() {
    while (!rest_.empty()) step();
    finish_word();
    return std::move(tokens_);
  }

 private:
  void step() {
    const char c = take();
    if (c == '#' && !in_word_) {
      while (!rest_.empty() && rest_.front() != '\n') take();
    } else if (c == '\n' || c == ';') {
      finish_word();
      tokens_.push_back({{}, true, false});
    } else if (c == ' ' || c == '\t' || c == '\r') {
      finish_word();
    } else {
      in_word_ = true;
      part_of_word(c);
    }
  }

  void part_of_word(char c) {
    if (c == '\'') {
      quoted_ = true;
      while (!rest_.empty() && rest_.front() != '\'') word_ += take();
      if (!rest_.empty()) take();
    } else if (c == '"') {
      quoted_ = true;
      while (!rest_.empty() && rest_.front() != '"') {
        const char inner = take();
        if (inner == '$')
          variable();
        else
          word_ += inner == '\\' && !rest_.empty() ? take() : inner;
      }
      if (!rest_.empty()) take();
    } else if (c == '\\' && !rest_.empty()) {
      word_ += take();
    } else if (c == '$') {
      variable();
    } else {
      word_ += c;
    }
  }

  void variable() {
    const bool braces = !rest_.empty() && rest_.front() == '{';
    if (braces) take();
    word_ += begins;
    while (!rest_.empty() && (std::isalnum(static_cast<unsigned char>(rest_.front())) ||
                              rest_.front() == '_' || (!braces && rest_.front() == '?')))
      word_ += take();
    word_ += ends;
    if (braces && !rest_.empty()) take();
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void finish_word() {
    if (in_word_) tokens_.push_back({std::move(word_), false, quoted_});
    word_.clear();
    in_word_ = quoted_ = false;
  }

  std::string_view rest_;
  std::vector<Token> tokens_;
  std::string word_;
  bool in_word_ = false, quoted_ = false;
};

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::optional<GrubBlock> all() {
    auto block = until({});
    return at_ == tokens_.size() && good_ ? std::optional{std::move(block)} : std::nullopt;
  }

 private:
  bool is(std::initializer_list<std::string_view> words) const {
    if (at_ >= tokens_.size() || tokens_[at_].separator || tokens_[at_].quoted) return false;
    for (const auto word : words)
      if (tokens_[at_].text == word) return true;
    return false;
  }
  void expect(std::string_view word) {
    if (is({word}))
      ++at_;
    else
      good_ = false;
  }

  /// Commands up to, and without, one of these reserved words.
  GrubBlock until(std::initializer_list<std::string_view> stops) {
    GrubBlock block;
    while (good_ && at_ < tokens_.size() && !is(stops)) {
      if (tokens_[at_].separator)
        ++at_;
      else
        block.push_back(one());
    }
    return block;
  }

  GrubNode one() {
    if (is({"if"})) return choice();
    if (is({"while"})) return loop();
    if (is({"then", "elif", "else", "fi", "do", "done"})) good_ = false;
    GrubNode node;
    while (at_ < tokens_.size() && !tokens_[at_].separator) node.words.push_back(tokens_[at_++].text);
    return node;
  }

  /// `if`, or `elif`, which is an `if` in the else branch without a `fi` of its own.
  GrubNode choice() {
    ++at_;
    GrubNode node{GrubNode::Kind::choice, {}, {}, {}, {}};
    node.condition = until({"then"});
    expect("then");
    node.body = until({"elif", "else", "fi"});
    if (is({"elif"})) {
      node.otherwise.push_back(choice());
      return node;
    }
    if (is({"else"})) {
      ++at_;
      node.otherwise = until({"fi"});
    }
    expect("fi");
    return node;
  }

  GrubNode loop() {
    ++at_;
    GrubNode node{GrubNode::Kind::loop, {}, {}, {}, {}};
    node.condition = until({"do"});
    expect("do");
    node.body = until({"done"});
    expect("done");
    return node;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace

std::optional<GrubBlock> read_grub_script(std::string_view text) {
  return Parser{Lexer{text}.tokens()}.all();
}

std::string expand_grub(std::string_view word, const std::map<std::string, std::string>& variables) {
  std::string out;
  while (!word.empty()) {
    const auto begin = word.find(begins);
    out += word.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const auto end = word.find(ends, begin);
    const auto found = variables.find(std::string{word.substr(begin + 1, end - begin - 1)});
    if (found != variables.end()) out += found->second;
    word.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace rootstock::fleet
