#include "longhand-language-names.h"

#include <glib/gi18n.h>
#include <quill.h>

#define CONTEXT "language"

static const struct {
  const char *code, *name;
} languages[] = {
  { "en", NC_ ("language", "English") },        { "zh", NC_ ("language", "Chinese") },
  { "de", NC_ ("language", "German") },         { "es", NC_ ("language", "Spanish") },
  { "ru", NC_ ("language", "Russian") },        { "ko", NC_ ("language", "Korean") },
  { "fr", NC_ ("language", "French") },         { "ja", NC_ ("language", "Japanese") },
  { "pt", NC_ ("language", "Portuguese") },     { "tr", NC_ ("language", "Turkish") },
  { "pl", NC_ ("language", "Polish") },         { "ca", NC_ ("language", "Catalan") },
  { "nl", NC_ ("language", "Dutch") },          { "ar", NC_ ("language", "Arabic") },
  { "sv", NC_ ("language", "Swedish") },        { "it", NC_ ("language", "Italian") },
  { "id", NC_ ("language", "Indonesian") },     { "hi", NC_ ("language", "Hindi") },
  { "fi", NC_ ("language", "Finnish") },        { "vi", NC_ ("language", "Vietnamese") },
  { "he", NC_ ("language", "Hebrew") },         { "uk", NC_ ("language", "Ukrainian") },
  { "el", NC_ ("language", "Greek") },          { "ms", NC_ ("language", "Malay") },
  { "cs", NC_ ("language", "Czech") },          { "ro", NC_ ("language", "Romanian") },
  { "da", NC_ ("language", "Danish") },         { "hu", NC_ ("language", "Hungarian") },
  { "ta", NC_ ("language", "Tamil") },          { "no", NC_ ("language", "Norwegian") },
  { "th", NC_ ("language", "Thai") },           { "ur", NC_ ("language", "Urdu") },
  { "hr", NC_ ("language", "Croatian") },       { "bg", NC_ ("language", "Bulgarian") },
  { "lt", NC_ ("language", "Lithuanian") },     { "la", NC_ ("language", "Latin") },
  { "mi", NC_ ("language", "Maori") },          { "ml", NC_ ("language", "Malayalam") },
  { "cy", NC_ ("language", "Welsh") },          { "sk", NC_ ("language", "Slovak") },
  { "te", NC_ ("language", "Telugu") },         { "fa", NC_ ("language", "Persian") },
  { "lv", NC_ ("language", "Latvian") },        { "bn", NC_ ("language", "Bengali") },
  { "sr", NC_ ("language", "Serbian") },        { "az", NC_ ("language", "Azerbaijani") },
  { "sl", NC_ ("language", "Slovenian") },      { "kn", NC_ ("language", "Kannada") },
  { "et", NC_ ("language", "Estonian") },       { "mk", NC_ ("language", "Macedonian") },
  { "br", NC_ ("language", "Breton") },         { "eu", NC_ ("language", "Basque") },
  { "is", NC_ ("language", "Icelandic") },      { "hy", NC_ ("language", "Armenian") },
  { "ne", NC_ ("language", "Nepali") },         { "mn", NC_ ("language", "Mongolian") },
  { "bs", NC_ ("language", "Bosnian") },        { "kk", NC_ ("language", "Kazakh") },
  { "sq", NC_ ("language", "Albanian") },       { "sw", NC_ ("language", "Swahili") },
  { "gl", NC_ ("language", "Galician") },       { "mr", NC_ ("language", "Marathi") },
  { "pa", NC_ ("language", "Punjabi") },        { "si", NC_ ("language", "Sinhala") },
  { "km", NC_ ("language", "Khmer") },          { "sn", NC_ ("language", "Shona") },
  { "yo", NC_ ("language", "Yoruba") },         { "so", NC_ ("language", "Somali") },
  { "af", NC_ ("language", "Afrikaans") },      { "oc", NC_ ("language", "Occitan") },
  { "ka", NC_ ("language", "Georgian") },       { "be", NC_ ("language", "Belarusian") },
  { "tg", NC_ ("language", "Tajik") },          { "sd", NC_ ("language", "Sindhi") },
  { "gu", NC_ ("language", "Gujarati") },       { "am", NC_ ("language", "Amharic") },
  { "yi", NC_ ("language", "Yiddish") },        { "lo", NC_ ("language", "Lao") },
  { "uz", NC_ ("language", "Uzbek") },          { "fo", NC_ ("language", "Faroese") },
  { "ht", NC_ ("language", "Haitian Creole") }, { "ps", NC_ ("language", "Pashto") },
  { "tk", NC_ ("language", "Turkmen") },        { "nn", NC_ ("language", "Norwegian Nynorsk") },
  { "mt", NC_ ("language", "Maltese") },        { "sa", NC_ ("language", "Sanskrit") },
  { "lb", NC_ ("language", "Luxembourgish") },  { "my", NC_ ("language", "Burmese") },
  { "bo", NC_ ("language", "Tibetan") },        { "tl", NC_ ("language", "Tagalog") },
  { "mg", NC_ ("language", "Malagasy") },       { "as", NC_ ("language", "Assamese") },
  { "tt", NC_ ("language", "Tatar") },          { "haw", NC_ ("language", "Hawaiian") },
  { "ln", NC_ ("language", "Lingala") },        { "ha", NC_ ("language", "Hausa") },
  { "ba", NC_ ("language", "Bashkir") },        { "jw", NC_ ("language", "Javanese") },
  { "su", NC_ ("language", "Sundanese") },      { "yue", NC_ ("language", "Cantonese") },
};

const char *
longhand_language_name (const char *code) {
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (languages[i].code, code))
      return g_dpgettext2 (NULL, CONTEXT, languages[i].name);
  return code;
}

static int
compare_names (gconstpointer a, gconstpointer b) {
  return g_utf8_collate (longhand_language_name (*(const char *const *)a),
                         longhand_language_name (*(const char *const *)b));
}

char **
longhand_language_names_dup (guint n) {
  g_autoptr (GPtrArray) codes = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < n && quill_language_code (i) != NULL; i++)
    g_ptr_array_add (codes, (gpointer)quill_language_code (i));
  g_ptr_array_sort (codes, compare_names);
  for (guint i = 0; i < codes->len; i++)
    g_strv_builder_add_many (names, g_ptr_array_index (codes, i),
                             longhand_language_name (g_ptr_array_index (codes, i)), NULL);
  return g_strv_builder_end (names);
}
